import { runOnSettings, runProgram } from './command.ts'
import { readDbArguments, USAGE } from './db-arguments.ts'
import { report } from './outcome.ts'

await runProgram(USAGE, readDbArguments, ({ run, asJson }) =>
  runOnSettings(async (settings) => report(await run(settings), asJson)),
)
