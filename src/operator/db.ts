import { runOnSettings } from './command.ts'
import { runProgram } from './command-line.ts'
import { DB } from './db-commands.ts'
import { report } from './outcome.ts'

await runProgram(DB, (run, asJson) =>
  runOnSettings(async (settings) => report(await run(settings), asJson)),
)
