import { stripVTControlCharacters } from 'node:util'

/** What a command came to: what to say, in words and as JSON, or the one line that says why nothing was done. */
export type Outcome =
  | { lines: readonly string[]; json: unknown; exitCode: 0 | 1 }
  | { problem: string }

/** Takes what was done; returns the outcome of a command that worked. */
export function done(words: string, json: unknown): Outcome {
  return { lines: [words], json, exitCode: 0 }
}

/** Takes why it was not done; returns the outcome of a command that did not work. */
export function refused(problem: string): Outcome {
  return { problem }
}

/** Takes an outcome and whether a program reads it; prints it, and sets the exit status. */
export function report(outcome: Outcome, asJson: boolean): void {
  if ('problem' in outcome) {
    complain([outcome.problem], 1)
    return
  }
  const lines = asJson ? [JSON.stringify(outcome.json, null, 2)] : outcome.lines
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  process.exitCode = outcome.exitCode
}

/** Takes what is wrong, a line each; prints it where it is in no program's way, and sets the exit status. */
export function complain(lines: readonly string[], exitCode: number): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  process.exitCode = exitCode
}

/** Takes text that somebody else chose; returns it in quotes, without what would move the cursor or colour the terminal. */
export function quote(text: string): string {
  return `“${stripVTControlCharacters(text).replace(/\p{C}/gu, '�')}”`
}
