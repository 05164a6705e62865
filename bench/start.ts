import { setTimeout } from 'node:timers/promises'
import type { Part } from './bench.ts'
import { residentMegabytesOf } from './processes.ts'
import { checksTable, formatSpread, table } from './report.ts'
import { startServer } from './server.ts'
import { OURS } from './stacks.ts'

type Starts = { name: string; seconds: number[]; megabytes: number[] }

const IDLE = 2_000

/** From the start of the process to the first answer of /login, and memory two seconds later. */
export const compareStarts: Part = async (bench, stacks) => {
  const results = stacks.map(({ name }): Starts => ({ name, seconds: [], megabytes: [] }))
  for (let round = 1; round <= bench.rounds; round++) {
    for (const [index, stack] of stacks.entries()) {
      const server = await startServer(bench, stack)
      await setTimeout(IDLE)
      results[index]?.seconds.push(server.startSeconds)
      results[index]?.megabytes.push(residentMegabytesOf(server.pid))
      await server.stop()
    }
  }
  return [startsTable(results), goalsTable(results)]
}

function startsTable(results: Starts[]): string {
  const rows = results.map(({ name, seconds, megabytes }) => [
    name,
    formatSpread(seconds, 2),
    formatSpread(megabytes),
  ])
  return table(['', 'Start s', 'Idle RSS MB'], rows)
}

function goalsTable(results: Starts[]): string {
  const ours = results.filter(({ name }) => name === OURS)
  return checksTable(
    ours.flatMap(({ name, seconds, megabytes }) => [
      { what: `cold start, ${name}`, values: seconds, unit: 's', atMost: 0.8 },
      { what: `idle RSS, ${name}`, values: megabytes, unit: 'MB', atMost: 120 },
    ]),
  )
}
