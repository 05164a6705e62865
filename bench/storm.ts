import type { Part } from './bench.ts'
import { amongCrowd } from './crowd.ts'
import { applyLoad } from './load.ts'
import { divide, percentile, pick } from './numbers.ts'
import { type Check, checksTable, formatSpread, table } from './report.ts'
import { startServer } from './server.ts'
import { OURS, TUTORIAL } from './stacks.ts'
import type { Target } from './turns.ts'
import { writeDashboardGets } from './visitors.ts'

const READERS = 4
const ROUNDS = 3

type Reading = { rate: number; p99: number }
type Round = { calm: Reading; stormy: Reading; logins: number; refused: number }

/** Four clients read the dashboard without pause, first alone, then while 32 others log in. */
export const compareStorms: Part = async (bench, stacks) => {
  const milliseconds = 2 * bench.roundMilliseconds
  const storms: { target: Target; rounds: Round[] }[] = []
  for (const stack of stacks.filter(({ name }) => [OURS, TUTORIAL].includes(name))) {
    const server = await startServer(bench, stack)
    const requests = await writeDashboardGets(server.port, READERS)
    storms.push({ target: { server, requests }, rounds: [] })
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { target, rounds } of storms) rounds.push(await raiseStorm(target, milliseconds))
  }
  for (const { target } of storms) await target.server.stop()
  const results = storms.map(({ target, rounds }) => ({ name: target.server.name, rounds }))
  return [stormsTable(results), checksTable(results.flatMap(checksOf))]
}

async function raiseStorm(target: Target, milliseconds: number): Promise<Round> {
  const { port } = target.server
  const calm = await read(target, milliseconds)
  const storm = await amongCrowd(port, () => read(target, milliseconds))
  const perSecond = 1000 / milliseconds
  return {
    calm,
    stormy: storm.result,
    logins: storm.loginTimes.length * perSecond,
    refused: storm.refused * perSecond,
  }
}

async function read({ server, requests }: Target, milliseconds: number): Promise<Reading> {
  const load = { port: server.port, requests, connections: READERS, milliseconds }
  const { times } = await applyLoad(load)
  return { rate: times.length / (milliseconds / 1000), p99: percentile(times, 0.99) }
}

type Result = { name: string; rounds: Round[] }

function stormsTable(results: Result[]): string {
  const head = ['', 'Calm pages/s', 'Storm pages/s', 'Calm p99 ms', 'Storm p99 ms']
  const rows = results.map(({ name, rounds }) => {
    const { calm, stormy } = split(rounds)
    return [
      name,
      formatSpread(pick(calm, 'rate')),
      formatSpread(pick(stormy, 'rate')),
      formatSpread(pick(calm, 'p99'), 1),
      formatSpread(pick(stormy, 'p99'), 1),
      formatSpread(pick(rounds, 'logins'), 1),
      formatSpread(pick(rounds, 'refused'), 1),
    ]
  })
  return table([...head, 'Logins/s', 'Refused/s'], rows)
}

// The goals are this app's; the tutorial stands beside it.
function checksOf({ name, rounds }: Result): Check[] {
  const { calm, stormy } = split(rounds)
  const p99s = divide(pick(stormy, 'p99'), pick(calm, 'p99'))
  const rates = divide(pick(stormy, 'rate'), pick(calm, 'rate'))
  const isOurs = name === OURS
  return [
    { what: `page p99, storm : calm, ${name}`, values: p99s, ...(isOurs && { atMost: 2 }) },
    { what: `pages/s, storm : calm, ${name}`, values: rates, ...(isOurs && { atLeast: 0.5 }) },
  ]
}

function split(rounds: Round[]) {
  return { calm: rounds.map(({ calm }) => calm), stormy: rounds.map(({ stormy }) => stormy) }
}
