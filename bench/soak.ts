import { setTimeout } from 'node:timers/promises'
import type { Part } from './bench.ts'
import { applyLoad } from './load.ts'
import { divide, median } from './numbers.ts'
import { residentMegabytesOf } from './processes.ts'
import { checksTable, formatSpread, table } from './report.ts'
import { startServer } from './server.ts'
import { OURS } from './stacks.ts'
import { logIn, openVisitor, USERS, writeDashboardGets, writeLoginGets } from './visitors.ts'

const READERS = 4
const WALKERS = 4
const WARM_UP = 20_000
const SAMPLE_EVERY = 500
const PIECES = 6
const WALK = ['/dashboard', '/account', '/account/activity', '/account/devices', '/not-there']

/** Whether memory grows while some read without pause and others log in, look around and log out. */
export const watchMemory: Part = async (bench, stacks) => {
  const stack = stacks.find(({ name }) => name === OURS)
  if (!stack) return []
  const { port, pid, stop } = await startServer(bench, stack)
  const requests = [...(await writeDashboardGets(port, READERS)), ...writeLoginGets(port, READERS)]
  const milliseconds = WARM_UP + bench.soakMinutes * 60_000
  const end = performance.now() + milliseconds
  const [samples] = await Promise.all([
    sampleUntil(end, pid),
    applyLoad({ port, requests, connections: READERS, milliseconds }),
    ...Array.from({ length: WALKERS }, (_, index) => walkUntil(end, port, index)),
  ])
  await stop()
  return describe(stack.name, samples)
}

async function sampleUntil(end: number, pid: number): Promise<number[]> {
  await setTimeout(WARM_UP)
  const samples: number[] = []
  while (performance.now() < end) {
    samples.push(residentMegabytesOf(pid))
    await setTimeout(SAMPLE_EVERY)
  }
  return samples
}

// Each walk in a browser and a network of its own, by another user: else the throttle would end it.
async function walkUntil(end: number, port: number, walker: number): Promise<void> {
  for (let walk = walker; performance.now() < end; walk += WALKERS) {
    const client = openVisitor(port, USERS + walk)
    const { status } = await logIn(client, 1 + (walk % USERS))
    if (![303, 503].includes(status)) throw new Error(`Logging in was answered with ${status}`)
    for (const path of WALK) await client.get(path)
    await client.post('/logout', { _csrf: await client.readToken('/logout') })
  }
}

// In pieces, so that the halves have a spread of their own.
function describe(name: string, samples: number[]): string[] {
  const size = Math.ceil(samples.length / PIECES)
  const pieces = Array.from({ length: PIECES }, (_, index) =>
    median(samples.slice(index * size, (index + 1) * size)),
  )
  const [first, second] = [pieces.slice(0, PIECES / 2), pieces.slice(PIECES / 2)]
  const what = `RSS, second half : first half, ${name}`
  return [
    table(
      ['', 'First half, RSS MB', 'Second half'],
      [[name, formatSpread(first), formatSpread(second)]],
    ),
    checksTable([{ what, values: divide(second, first), atMost: 1.05 }]),
  ]
}
