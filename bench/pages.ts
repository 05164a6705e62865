import type { Part } from './bench.ts'
import { divide, pick } from './numbers.ts'
import { type Check, checksTable } from './report.ts'
import { startServer } from './server.ts'
import { BARE, FLASK, OURS, OURS_POSTGRESQL, TUTORIAL, TUTORIAL_POSTGRESQL } from './stacks.ts'
import { type Measured, measuredTable, measureInTurns, type Target } from './turns.ts'
import { writeDashboardGets, writeLoginGets } from './visitors.ts'

type Pair = { ours: string; theirs: string; atLeast?: number }

const VISITORS = 8

export const compareDashboards: Part = comparePage(
  (port) => writeDashboardGets(port, VISITORS),
  [
    { ours: OURS, theirs: FLASK, atLeast: 3 },
    { ours: OURS, theirs: BARE, atLeast: 0.65 },
    { ours: OURS, theirs: TUTORIAL, atLeast: 1.6 },
    { ours: OURS_POSTGRESQL, theirs: TUTORIAL_POSTGRESQL, atLeast: 1.6 },
  ],
)

export const compareLogins: Part = comparePage(
  (port) => writeLoginGets(port, VISITORS),
  [
    { ours: OURS, theirs: FLASK },
    { ours: OURS, theirs: BARE },
    { ours: OURS, theirs: TUTORIAL, atLeast: 1.3 },
    { ours: OURS_POSTGRESQL, theirs: TUTORIAL_POSTGRESQL, atLeast: 1.3 },
  ],
)

function comparePage(
  writeRequests: (port: number) => string[] | Promise<string[]>,
  pairs: Pair[],
): Part {
  return async (bench, stacks) => {
    const targets: Target[] = []
    for (const stack of stacks) {
      const server = await startServer(bench, stack)
      targets.push({ server, requests: await writeRequests(server.port) })
    }
    const results = await measureInTurns(bench, targets)
    for (const { server } of targets) await server.stop()
    return [measuredTable(results), checksTable(pairs.flatMap((pair) => check(pair, results)))]
  }
}

function check({ ours, theirs, ...goal }: Pair, results: Measured[]): Check[] {
  const [one, other] = [ours, theirs].map((name) => results.find((each) => each.name === name))
  if (!one || !other) return []
  const compare = (key: 'rate' | 'cpuMicroseconds') =>
    divide(pick(one.rounds, key), pick(other.rounds, key))
  return [
    { what: `requests/s, ${ours} : ${theirs}`, values: compare('rate'), ...goal },
    { what: `CPU, ${ours} : ${theirs}`, values: compare('cpuMicroseconds') },
  ]
}
