import { runOnSettings } from './command.ts'
import { readDbArguments, USAGE } from './db-arguments.ts'
import { complain, report } from './outcome.ts'

const WRONG_USAGE = 2

await main(process.argv.slice(2))

async function main(words: string[]): Promise<void> {
  const wanted = readDbArguments(words)
  if (!wanted) return complain(USAGE, WRONG_USAGE)
  await runOnSettings(async (settings) => report(await wanted.run(settings), wanted.asJson))
}
