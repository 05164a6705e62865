import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { register } from '../support/users.ts'
import { openPlace, type Server } from './support/server.ts'

const place = await openPlace()
afterAll(place.leave)

vi.setConfig({ testTimeout: minutes(2) })

const VISITS = 500
// What is under way at a collection: one visit makes some 90,000 bytes.
const MOST_BYTES = 6_000

/** Visits /dashboard again and again, as a user who has just registered. */
async function openDashboard(server: Server): Promise<(times: number) => Promise<void>> {
  const { browser } = await register(server)
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  return async (times) => {
    for (let visit = 0; visit < times; visit++) {
      const answer = await fetch(`${server.url}/dashboard`, { headers: { cookie } })
      expect(answer.status).toBe(200)
      await answer.text()
    }
  }
}

/** By how many bytes memory has grown from one collection of young objects to the next, where no other came between. */
function sumGrowth(lines: string[]): number {
  let before = Number.POSITIVE_INFINITY
  let growth = 0
  for (const line of lines) {
    const left = Number(/ -> ([\d.]+) /.exec(line)?.[1])
    if (line.includes('Scavenge')) growth += Math.max(0, left - before)
    before = left
  }
  return growth * 2 ** 20
}

test('a visit leaves no objects that outlive the next collection of young ones', async () => {
  const server = join(place.folder, 'dist/server.js')
  const started = await place.start({}, { command: [process.execPath, '--trace-gc', server] })
  const visit = await openDashboard(started)
  const collections = () => started.lines.filter((line) => /: (Scavenge|Mark-Compact) /.test(line))
  // V8 compiles meanwhile, and keeps that.
  await visit(2 * VISITS)
  const earlier = collections().length

  await visit(VISITS)
  const later = collections().slice(earlier)
  await started.end('SIGTERM')

  expect(later.length).toBeGreaterThan(2)
  expect(sumGrowth(later) / VISITS).toBeLessThan(MOST_BYTES)
})
