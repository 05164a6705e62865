import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bench, createBench } from '../bench/bench.ts'
import { sqliteUrl } from '../bench/databases.ts'
import { callDifference } from '../bench/numbers.ts'
import { checksTable } from '../bench/report.ts'
import { startServer } from '../bench/server.ts'
import { BARE, nodePeer, TUTORIAL } from '../bench/stacks.ts'
import { measureInTurns } from '../bench/turns.ts'
import { writeDashboardGets } from '../bench/visitors.ts'

describe('callDifference', () => {
  test.each([
    ['is larger than the spread', [1.5, 1.6, 1.7], 'more'],
    ['is larger than the spread the other way', [0.6, 0.62, 0.65], 'less'],
    ['is smaller than the spread, although all rounds agree', [1.05, 1.1, 1.3], 'no difference'],
    ['has another sign in one round', [0.9, 1.3, 1.35], 'no difference'],
    ['was seen in two rounds only', [2, 2], 'no difference'],
    ['could not be measured', [Number.NaN, Number.NaN, Number.NaN], 'no difference'],
  ])('of a difference that %s', (_, ratios, said) => {
    expect(callDifference(ratios)).toBe(said)
  })
})

describe('checksTable', () => {
  test.each([
    ['reached', { atLeast: 1.4 }],
    ['**missed**', { atLeast: 1.6 }],
    ['reached', { atMost: 1.5 }],
    ['**missed**', { atMost: 1.4 }],
  ])('says %s of a median of 1.5 and a goal of %o', (verdict, goal) => {
    const row = checksTable([{ what: 'a : b', values: [1, 1.5, 9], ...goal }]).split('\n')[2]

    expect(row?.endsWith(`| ${verdict} |`)).toBe(true)
  })
})

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
