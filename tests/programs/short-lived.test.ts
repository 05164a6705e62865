import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { register } from '../support/users.ts'
import { openPlace, type Server } from './support/server.ts'

const place = await openPlace()
afterAll(place.leave)

vi.setConfig({ testTimeout: minutes(2) })

const VISITS = 2_000
// A visit allocates 88 KB. 1 to 3 are left; where a request outlives a scavenge, 14.
const MOST_BYTES = 6_000

async function visitDashboard(server: Server, cookie: string, times: number): Promise<void> {
  for (let visit = 0; visit < times; visit++) {
    const options = { headers: { cookie }, redirect: 'manual' } as const
    const answer = await fetch(`${server.url}/dashboard`, options)
    expect(answer.status).toBe(200)
    await answer.text()
  }
}

/** How much of the heap each scavenge has left, in bytes, as `--trace-gc` prints it. */
function listLeft(lines: string[]): number[] {
  const scavenges = lines.filter((line) => line.includes(': Scavenge '))
  return scavenges.map((line) => Number(/ -> ([\d.]+) /.exec(line)?.[1]) * 2 ** 20)
}

/** What is left of one collection grows the heap until the next; only a mark-compact makes it smaller. */
function sumGrowth(left: number[]): number {
  const growths = left.slice(1).map((bytes, before) => bytes - (left[before] ?? 0))
  return growths.filter((growth) => growth > 0).reduce((sum, growth) => sum + growth, 0)
}

test('a visit leaves almost nothing in memory after the next collection', async () => {
  const program = {
    command: [process.execPath, '--trace-gc', join(place.folder, 'dist/server.js')],
  }
  // Kept views, as in production: to compile them takes 3 MB a page.
  const server = await place.start({ NODE_ENV: 'test' }, program)
  const { browser } = await register(server)
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  // What V8 compiles for a page stays, most of it within the first hundreds of visits.
  await visitDashboard(server, cookie, VISITS)
  const earlier = listLeft(server.lines).length

  await visitDashboard(server, cookie, VISITS)
  const left = listLeft(server.lines).slice(earlier - 1)
  await server.end('SIGTERM')

  expect(left.length).toBeGreaterThan(5)
  expect(sumGrowth(left) / VISITS).toBeLessThan(MOST_BYTES)
})
