import { describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { livesOf } from '../support/rounds.ts'
import {
  liveHonestly,
  liveWithPatientThief,
  liveWithQuietThief,
  liveWithRacingThief,
  liveWithThief,
} from './support/model/lives.ts'
import {
  type MakeRule,
  ourRule,
  ruleWithMinuteOfGrace,
  ruleWithOneSuccessor,
  ruleWithoutGrace,
} from './support/model/rules.ts'

// Seeded: those of SQLite are the first of the 2,000 of PostgreSQL.
const LIVES = livesOf(2000)

/** In how many lives theft was called. */
async function countThefts(
  live: typeof liveHonestly,
  makeRule: MakeRule,
  lives = LIVES,
): Promise<number> {
  let thefts = 0
  for (let seed = 1; seed <= lives; seed++) if (await live(makeRule, seed)) thefts += 1
  return thefts
}

// Each visit is one to four requests at once, one answer in twenty is lost, some requests come late. docs/auth.md
// shows these numbers.
describe(`of ${LIVES} remembered browsers with forty visits each, theft is called`, {
  timeout: minutes(4),
}, () => {
  test('in none under our rule when no cookie was copied', async () => {
    expect(await countThefts(liveHonestly, ourRule)).toBe(0)
  })

  test.each([
    ['uses the copy once the browser has gone on', liveWithThief],
    ['uses the copy first and keeps quiet about the successor', liveWithQuietThief],
    ['races the browser with the copy before it goes its own way', liveWithRacingThief],
    ['comes every few hours and races the browser each time', liveWithPatientThief],
  ])('in all of them under our rule when a thief %s', async (_, live) => {
    expect(await countThefts(live, ourRule)).toBe(LIVES)
  })

  test('not in all of those with a quiet thief where a token has only one successor', async () => {
    const thefts = await countThefts(liveWithQuietThief, ruleWithOneSuccessor, 200)

    expect(thefts).toBeLessThan(200 * 0.8)
  })

  test('in all of them, honest as they are, where any older token is theft', async () => {
    expect(await countThefts(liveHonestly, ruleWithoutGrace)).toBe(LIVES)
  })

  test('in nearly all of them where the older token has a minute of grace and no more', async () => {
    const accused = await countThefts(liveHonestly, ruleWithMinuteOfGrace)

    expect(accused).toBeGreaterThan(LIVES * 0.85)
    expect(accused).toBeLessThan(LIVES)
  })
})
