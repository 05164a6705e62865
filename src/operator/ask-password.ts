import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** Where a password comes from, and where the question for it is shown. */
export type Terminal = {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream
}

export type Asked = { ok: true; password: string } | { ok: false; problem: string }

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
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  const ask = (question: string) => askLine(lines, output, question)
  const password = await ask('Password: ')
  const again = password === null ? null : await ask('Password again: ')
  lines.close()
  if (password === null || again === null) return { ok: false, problem: 'Nothing was entered.' }
  if (password !== again) return { ok: false, problem: 'The two passwords are not the same.' }
  return { ok: true, password }
}

// Where the input ends, or Ctrl+C closes it, readline leaves its question unanswered for ever.
async function askLine(
  lines: Interface,
  output: NodeJS.WritableStream,
  question: string,
): Promise<string | null> {
  output.write(question)
  const answer = await Promise.race([lines.question(''), once(lines, 'close').then(() => null)])
  output.write('\n')
  return answer
}
