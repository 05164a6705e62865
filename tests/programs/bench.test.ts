import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, createBench } from '../../bench/bench.ts'
import { sqliteUrl } from '../../bench/databases.ts'
import { startServer } from '../../bench/server.ts'
import { BARE, nodePeer, TUTORIAL } from '../../bench/stacks.ts'
import { measureInTurns } from '../../bench/turns.ts'
import { writeDashboardGets } from '../../bench/visitors.ts'

describe('the peers', () => {
  let bench: Bench
  beforeEach(() => {
    bench = createBench({ rounds: 1, roundMilliseconds: 100, soakMinutes: 0 })
  })
  afterEach(() => bench.end())

  test('log a user in and show a dashboard of the same weight under load', async () => {
    const stacks = [
      nodePeer(BARE, 'bare.mjs'),
      nodePeer(TUTORIAL, 'tutorial.mjs', sqliteUrl(bench, 'tutorial')),
    ]
    const targets = []
    for (const stack of stacks) {
      const server = await startServer(bench, stack)
      targets.push({ server, requests: await writeDashboardGets(server.port, 1) })
    }

    const [bare, tutorial] = (await measureInTurns(bench, targets)).map(({ rounds }) => rounds[0])

    expect(bare?.rate).toBeGreaterThan(0)
    expect(tutorial?.rate).toBeGreaterThan(0)
    expect(bare?.bytes).toBeGreaterThan(2000)
    // The CSRF tokens differ in length.
    expect(Math.abs((bare?.bytes ?? 0) - (tutorial?.bytes ?? 0))).toBeLessThan(50)
  })
})
