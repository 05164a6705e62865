import { askAt } from './ask-password.ts'
import { runOnDatabase } from './command.ts'
import { complain } from './outcome.ts'
import { readUserArguments, USAGE } from './user-arguments.ts'
import { runUserCommand } from './user-commands.ts'

const WRONG_USAGE = 2

await main(process.argv.slice(2))

async function main(words: string[]): Promise<void> {
  const wanted = readUserArguments(words)
  if (!wanted) return complain(USAGE, WRONG_USAGE)
  const ask = askAt({ input: process.stdin, output: process.stderr })
  await runOnDatabase((operator) => runUserCommand(operator, wanted.command, ask), wanted.asJson)
}
