import { runOnDatabase, runProgram } from './command.ts'
import { readImportArguments, USAGE } from './import-arguments.ts'
import { runImport } from './import-command.ts'

await runProgram(USAGE, readImportArguments, (wanted) =>
  runOnDatabase((operator) => runImport(operator, wanted), wanted.asJson),
)
