import { seconds } from '../src/durations.ts'
import type { Bench } from './bench.ts'
import { applyLoad } from './load.ts'
import { percentile, pick } from './numbers.ts'
import { cpuSecondsOf, residentMegabytesOf } from './processes.ts'
import { formatSpread, table } from './report.ts'
import type { Server } from './server.ts'

/** A server and the requests that it is sent in turn. */
export type Target = { server: Server; requests: string[] }

type Round = {
  rate: number
  cpuMicroseconds: number
  p50: number
  p99: number
  bytes: number
  megabytes: number
}

export type Measured = { name: string; rounds: Round[] }

const CONNECTIONS = 16
// V8 optimizes this app further for about 20,000 requests.
const WARM_UP = seconds(9)

/** Every server under load in every round, one after the other: A B C A B C. */
export async function measureInTurns(
  { rounds, roundMilliseconds }: Bench,
  targets: Target[],
): Promise<Measured[]> {
  for (const target of targets) await measureOnce(target, WARM_UP)
  const results = targets.map(({ server }): Measured => ({ name: server.name, rounds: [] }))
  for (let round = 1; round <= rounds; round++) {
    for (const [index, target] of targets.entries()) {
      results[index]?.rounds.push(await measureOnce(target, roundMilliseconds))
    }
  }
  return results
}

async function measureOnce({ server, requests }: Target, milliseconds: number): Promise<Round> {
  const { port, pid } = server
  const cpuBefore = cpuSecondsOf(pid)
  const load = { port, requests, connections: CONNECTIONS, milliseconds }
  const { times, bytes } = await applyLoad(load)
  return {
    rate: times.length / (milliseconds / 1000),
    cpuMicroseconds: ((cpuSecondsOf(pid) - cpuBefore) * 1e6) / times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    bytes,
    megabytes: residentMegabytesOf(pid),
  }
}

export function measuredTable(results: Measured[]): string {
  const head = ['', 'Requests/s', 'CPU µs', 'p50 ms', 'p99 ms', 'Page bytes', 'RSS MB after']
  const rows = results.map(({ name, rounds }) => {
    const spread = (key: keyof Round, digits: number) => formatSpread(pick(rounds, key), digits)
    const after = rounds.at(-1)
    return [
      name,
      spread('rate', 0),
      spread('cpuMicroseconds', 0),
      spread('p50', 1),
      spread('p99', 1),
      `${after?.bytes}`,
      `${after?.megabytes.toFixed(0)}`,
    ]
  })
  return table(head, rows)
}
