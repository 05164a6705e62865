import { askAt } from './ask-password.ts'
import { runOnDatabase, runProgram } from './command.ts'
import { readUserArguments, USAGE } from './user-arguments.ts'
import { runUserCommand } from './user-commands.ts'

const ask = askAt({ input: process.stdin, output: process.stderr })

await runProgram(USAGE, readUserArguments, ({ command, asJson }) =>
  runOnDatabase((operator) => runUserCommand(operator, command, ask), asJson),
)
