import { pipeline } from 'node:stream/promises'
import { stripVTControlCharacters } from 'node:util'

/** What a command came to, in words and as JSON; or what it prints, a page at a time; or why nothing was done. */
export type Outcome =
  | { lines: readonly string[]; json: unknown; exitCode: 0 | 1 }
  | { readPages: (asJson: boolean) => AsyncIterable<string> }
  | { problem: string }

export function done(words: string, json: unknown): Outcome {
  return { lines: [words], json, exitCode: 0 }
}

export function refused(problem: string): Outcome {
  return { problem }
}

/** Prints an outcome and sets the exit status. */
export async function report(outcome: Outcome, asJson: boolean): Promise<void> {
  if ('problem' in outcome) return complain([outcome.problem], 1)
  if ('readPages' in outcome) return print(outcome.readPages(asJson))
  process.exitCode = outcome.exitCode
  return print(asJson ? [JSON.stringify(outcome.json, null, 2), '\n'] : [endLines(outcome.lines)])
}

/** Prints what is wrong, a line each, on standard error, and sets the exit status. */
export function complain(lines: readonly string[], exitCode: number): void {
  process.stderr.write(endLines(lines))
  process.exitCode = exitCode
}

/** Text that a user chose, in quotes, without what would move the cursor or colour the terminal. */
export function quote(text: string): string {
  return `“${stripVTControlCharacters(text).replace(/\p{C}/gu, '�')}”`
}

/** Prints on standard output, no faster than it is read. A reader such as `head` may hang up before the end. */
export async function print(text: Iterable<string> | AsyncIterable<string>): Promise<void> {
  await pipeline(text, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Lines as one text. */
export function endLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
