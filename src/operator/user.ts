import { askAt } from './ask-password.ts'
import { runOnDatabase } from './command.ts'
import { runProgram } from './command-line.ts'
import { USER } from './user-commands.ts'

const ask = askAt({ input: process.stdin, output: process.stderr })

await runProgram(USER, (run, asJson) =>
  runOnDatabase((operator) => run({ ...operator, ask }), asJson),
)
