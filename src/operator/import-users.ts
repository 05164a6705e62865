import { runOnDatabase } from './command.ts'
import { runProgram } from './command-line.ts'
import { IMPORT } from './import-command.ts'

await runProgram(IMPORT, runOnDatabase)
