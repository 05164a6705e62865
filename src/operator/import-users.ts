import { runOnDatabase } from './command.ts'
import { readImportArguments, USAGE } from './import-arguments.ts'
import { runImport } from './import-command.ts'
import { complain } from './outcome.ts'

const WRONG_USAGE = 2

await main(process.argv.slice(2))

async function main(words: string[]): Promise<void> {
  const wanted = readImportArguments(words)
  if (!wanted) return complain(USAGE, WRONG_USAGE)
  await runOnDatabase((operator) => runImport(operator, wanted), wanted.asJson)
}
