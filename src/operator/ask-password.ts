import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** Where a password comes from, and where the question for it is shown. */
type Terminal = {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream
}

export type Asked = { ok: true; password: string } | { ok: false; problem: string }

/** What a command may ask for. */
export type Asking = { password: () => Promise<Asked>; line: (question: string) => Promise<string> }

export function askAt(terminal: Terminal): Asking {
  return {
    password: () => askPassword(terminal),
    line: (question) => askLine(terminal, question),
  }
}

// Empty where the input has ended.
async function askLine({ input, output }: Terminal, question: string): Promise<string> {
  output.write(question)
  const reader = createInterface({ input, output, terminal: input.isTTY ?? false })
  for await (const line of reader) return line
  return ''
}

/** Asks for a new password twice, showing nothing of it, or reads it from an input that is no terminal, up to the newline at its end. Trims nothing else. */
export function askPassword(terminal: Terminal): Promise<Asked> {
  return terminal.input.isTTY ? askTwice(terminal) : readPassword(terminal.input)
}

async function readPassword(input: NodeJS.ReadableStream): Promise<Asked> {
  const bytes = await buffer(input)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { ok: true, password: text.replace(/\r?\n$/, '') }
  } catch {
    return { ok: false, problem: 'The password on standard input is not in UTF-8.' }
  }
}

async function askTwice({ input, output }: Terminal): Promise<Asked> {
  // readline echoes what is typed into its output, so it is given one that leads nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, next) => next() })
  const reader = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  // A question of readline's own stays unanswered for ever when Ctrl+C closes it; its lines just end.
  const lines = reader[Symbol.asyncIterator]()
  const ask = async (question: string) => {
    output.write(question)
    const { value, done } = await lines.next()
    output.write('\n')
    return done ? null : value
  }
  const password = await ask('Password: ')
  const again = password === null ? null : await ask('Password again: ')
  reader.close()
  return compare(password, again)
}

function compare(password: string | null, again: string | null): Asked {
  if (password === null || again === null) return { ok: false, problem: 'Nothing was entered.' }
  if (password !== again) return { ok: false, problem: 'The two passwords are not the same.' }
  return { ok: true, password }
}
