import { availableParallelism } from 'node:os'
import bcrypt from 'bcrypt'
import type { Part } from './bench.ts'
import { amongCrowd } from './crowd.ts'
import { applyLoad } from './load.ts'
import { divide, rateOf } from './numbers.ts'
import { checksTable, formatSpread, table } from './report.ts'
import { startServer } from './server.ts'
import { OURS } from './stacks.ts'
import { PASSWORD, writeDashboardGets } from './visitors.ts'

const COST = 12
const ROUNDS = 3
const HUMAN_PAUSE = 100

/** Logins a second while a visitor reads ten pages a second, beside bcrypt on an idle machine. */
export const compareLoginRates: Part = async (bench, stacks) => {
  const stack = stacks.find(({ name }) => name === OURS)
  if (!stack) return []
  const milliseconds = 3 * bench.roundMilliseconds
  const { port, stop } = await startServer(bench, stack)
  const reader = { port, requests: await writeDashboardGets(port, 1), connections: 1 }
  const [alone, logins]: [number[], number[]] = [[], []]
  for (let round = 1; round <= ROUNDS; round++) {
    alone.push(await hashAlone(milliseconds))
    const read = () => applyLoad({ ...reader, milliseconds, pause: HUMAN_PAUSE })
    logins.push(rateOf((await amongCrowd(port, read)).loginTimes))
  }
  await stop()
  const rows = [
    ['bcrypt alone', formatSpread(alone, 2)],
    [stack.name, formatSpread(logins, 2)],
  ]
  const what = `logins : bcrypt alone, ${stack.name}`
  return [
    table(['', 'Passwords/s'], rows),
    checksTable([{ what, values: divide(logins, alone), atLeast: 0.85 }]),
  ]
}

async function hashAlone(milliseconds: number): Promise<number> {
  const hash = await bcrypt.hash(PASSWORD, COST)
  const end = performance.now() + milliseconds
  const times: number[] = []
  const work = async () => {
    while (performance.now() < end) {
      await bcrypt.compare(PASSWORD, hash)
      times.push(performance.now())
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return rateOf(times)
}
