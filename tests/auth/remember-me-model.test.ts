import { describe, expect, test } from 'vitest'
import { liveHonestly, liveWithThief } from './support/model/lives.ts'
import {
  type MakeRule,
  ourRule,
  ruleWithMinuteOfGrace,
  ruleWithoutGrace,
} from './support/model/rules.ts'

const LIVES = 2000

/** Takes a kind of life and a rule; returns in how many of 2,000 lives of forty visits theft was called. */
async function countThefts(live: typeof liveHonestly, makeRule: MakeRule): Promise<number> {
  let thefts = 0
  for (let seed = 1; seed <= LIVES; seed++) if (await live(makeRule, seed)) thefts += 1
  return thefts
}

// Each visit is one to four requests at once, one answer in twenty is lost, some requests come late.
describe('2,000 remembered browsers, forty visits each', () => {
  test('are never accused by our rule when nobody has copied their cookie', async () => {
    expect(await countThefts(liveHonestly, ourRule)).toBe(0)
  })

  test('catch every copied cookie under our rule, once its owner has gone on', async () => {
    expect(await countThefts(liveWithThief, ourRule)).toBe(LIVES)
  })

  test('are all accused, honest as they are, where any older token is theft', async () => {
    expect(await countThefts(liveHonestly, ruleWithoutGrace)).toBe(LIVES)
  })

  test('are nearly all accused where the older token has a minute of grace and no more', async () => {
    const accused = await countThefts(liveHonestly, ruleWithMinuteOfGrace)

    expect(accused).toBeGreaterThan(LIVES * 0.85)
    expect(accused).toBeLessThan(LIVES)
  })
})
