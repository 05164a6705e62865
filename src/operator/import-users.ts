import { readImportArguments, USAGE } from './import-arguments.ts'
import { runImport } from './import-command.ts'
import { runWithDatabase } from './open.ts'
import { complain, report } from './outcome.ts'

const WRONG_USAGE = 2

await main(process.argv.slice(2))

async function main(words: string[]): Promise<void> {
  const wanted = readImportArguments(words)
  if (!wanted) {
    complain(USAGE, WRONG_USAGE)
    return
  }
  const outcome = await runWithDatabase((operator) => runImport(operator, wanted))
  if (outcome) report(outcome, wanted.asJson)
}
