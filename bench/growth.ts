import type { Bench, Part } from './bench.ts'
import { createPostgresqlDatabase, sqliteUrl } from './databases.ts'
import { fillOurDatabase } from './fill.ts'
import { divide, pick } from './numbers.ts'
import { checksTable } from './report.ts'
import { startServer } from './server.ts'
import { ourStack } from './stacks.ts'
import { measuredTable, measureInTurns, type Target } from './turns.ts'
import { writeDashboardGets } from './visitors.ts'

const FEW = 1_000
const MANY = 1_000_000
const VISITORS = 16

/** The dashboard among a thousand users and among a million, who have a session, a device and an event each. */
export const compareGrowth: Part = async (bench) => [
  ...(await compareSizes(bench, 'SQLite', async (name) => sqliteUrl(bench, name))),
  ...(await compareSizes(bench, 'PostgreSQL', () => createPostgresqlDatabase(bench))),
]

type OpenDatabase = (name: string) => Promise<string | null>

async function compareSizes(bench: Bench, engine: string, open: OpenDatabase): Promise<string[]> {
  const [fewUrl, manyUrl] = [await open('few'), await open('many')]
  if (!fewUrl || !manyUrl) return []
  const few = await openFilled(bench, `${engine}, a thousand`, { url: fewUrl, users: FEW })
  const many = await openFilled(bench, `${engine}, a million`, { url: manyUrl, users: MANY })
  const results = await measureInTurns(bench, [few, many])
  await few.server.stop()
  await many.server.stop()
  const [fewRates = [], manyRates = []] = results.map(({ rounds }) => pick(rounds, 'rate'))
  const what = `a million users : a thousand, ${engine}`
  return [
    measuredTable(results),
    checksTable([{ what, values: divide(manyRates, fewRates), atLeast: 0.95 }]),
  ]
}

async function openFilled(
  bench: Bench,
  name: string,
  { url, users }: { url: string; users: number },
): Promise<Target> {
  const stack = ourStack(name, url)
  await fillOurDatabase(bench, stack, { users, eventsOfEach: 1 })
  const server = await startServer(bench, stack)
  return { server, requests: await writeDashboardGets(server.port, VISITORS, users) }
}
