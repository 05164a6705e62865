import { askPassword } from './ask-password.ts'
import { runWithDatabase } from './open.ts'
import { complain, report } from './outcome.ts'
import { readUserArguments, USAGE } from './user-arguments.ts'
import { runUserCommand } from './user-commands.ts'

const WRONG_USAGE = 2

await main(process.argv.slice(2))

async function main(words: string[]): Promise<void> {
  const read = readUserArguments(words)
  if (!read) return complain(USAGE, WRONG_USAGE)
  const ask = () => askPassword({ input: process.stdin, output: process.stderr })
  const outcome = await runWithDatabase((operator) => runUserCommand(operator, read.command, ask))
  if (outcome) report(outcome, read.asJson)
}
