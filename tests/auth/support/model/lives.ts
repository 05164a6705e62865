import { hours, minutes, seconds } from '../../../../src/durations.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import type { MakeRule, Rule, Verdict } from './rules.ts'
import { type Random, seedRandom, waitForTurn } from './seeded-random.ts'

const VISITS = 40
const LOST_ANSWERS = 0.05
const LATE_REQUESTS = 0.1

/** A remembered browser: what its cookie holds, and whether theft was ever called over it. */
type Life = {
  rule: Rule
  clock: TestClock
  random: Random
  token: string
  isAccused: boolean
}

/** Forty visits of an honest browser: whether it was accused of theft. */
export async function liveHonestly(makeRule: MakeRule, seed: number): Promise<boolean> {
  const life = await beginLife(makeRule, seed)
  await payVisits(life, VISITS)
  return life.isAccused
}

/** A cookie is copied at some visit and used once the browser has gone on: whether that was taken for theft. */
export async function liveWithThief(makeRule: MakeRule, seed: number): Promise<boolean> {
  const life = await beginLife(makeRule, seed)
  const copiedAt = Math.floor(life.random() * (VISITS / 2))
  await payVisits(life, copiedAt)

  const copy = life.token
  const patience = 2 + Math.floor(life.random() * 3)
  for (let seen = 0; seen < patience; ) {
    await payVisit(life)
    if (life.token !== copy) seen += 1
  }
  life.clock.advance(seconds(61))
  return !life.isAccused && (await life.rule.redeem(copy)) === 'theft'
}

/** A thief uses the copy first, keeps the successor for later, and comes again after each visit of the browser: whether theft was called. */
export async function liveWithQuietThief(makeRule: MakeRule, seed: number): Promise<boolean> {
  const life = await beginLife(makeRule, seed)
  await payVisits(life, Math.floor(life.random() * (VISITS / 4)))
  return comeQuietly(life, life.token)
}

/** A thief uses the copy at the very moments when the browser is opened, a few times, and then at moments of its own: whether theft was called. */
export async function liveWithRacingThief(makeRule: MakeRule, seed: number): Promise<boolean> {
  const life = await beginLife(makeRule, seed)
  await payVisits(life, Math.floor(life.random() * (VISITS / 4)))
  let copy = life.token
  for (let races = 1 + Math.floor(life.random() * 3); races > 0; races--) {
    life.clock.advance(pause(life.random))
    const won = await race(life, copy)
    if (won === null) return true
    copy = won
  }
  return comeQuietly(life, copy)
}

/** A thief uses the copy every few hours and throws away what it gets, but races the browser whenever that is opened: whether theft was called. */
export async function liveWithPatientThief(makeRule: MakeRule, seed: number): Promise<boolean> {
  const life = await beginLife(makeRule, seed)
  await payVisits(life, Math.floor(life.random() * (VISITS / 4)))
  let copy = life.token
  for (let visit = 0; visit < VISITS / 2 && !life.isAccused; visit++) {
    for (let left = pause(life.random); left > 0; left -= hours(5)) {
      life.clock.advance(Math.min(left, hours(5)))
      if (left > hours(5) && (await life.rule.redeem(copy)) === 'theft') return true
    }
    const won = await race(life, copy)
    if (won === null) return true
    copy = won
  }
  return life.isAccused
}

/** Uses the copy at the very moment when the browser is opened: what it is given, or null where that was taken for theft. */
async function race(life: Life, copy: string): Promise<string | null> {
  const [verdict] = await Promise.all([life.rule.redeem(copy), openBrowser(life)])
  return verdict === 'theft' ? null : (verdict.newToken ?? copy)
}

async function comeQuietly(life: Life, copy: string): Promise<boolean> {
  let held = copy
  for (let round = 0; round < VISITS / 4 && !life.isAccused; round++) {
    life.clock.advance(pause(life.random))
    const verdict = await life.rule.redeem(held)
    if (verdict === 'theft') return true
    held = verdict.newToken ?? held
    await payVisit(life)
  }
  return life.isAccused
}

async function payVisits(life: Life, count: number): Promise<void> {
  for (let visit = 0; visit < count && !life.isAccused; visit++) await payVisit(life)
}

async function beginLife(makeRule: MakeRule, seed: number): Promise<Life> {
  const random = seedRandom(seed)
  const clock = createTestClock()
  const rule = makeRule(clock.now, random)
  return { rule, clock, random, token: await rule.start(), isAccused: false }
}

/** Comes back after a while; now and then a request is under way for most of a minute, and others overtake it. */
async function payVisit(life: Life): Promise<void> {
  const { rule, clock, random } = life
  clock.advance(pause(random))
  const before = life.token
  await openBrowser(life)
  if (random() >= LATE_REQUESTS) return

  clock.advance(random() * seconds(15))
  await openBrowser(life)
  clock.advance(random() * seconds(15))
  hear(life, await rule.redeem(before))
}

/** Sends one to four requests at once, none of which has a session, and then one that has. */
async function openBrowser(life: Life): Promise<void> {
  const count = 1 + Math.floor(life.random() * 4)
  const answers = await Promise.all(Array.from({ length: count }, () => visitPage(life)))
  life.clock.advance(life.random() * seconds(14))
  if (answers.includes('answered')) await life.rule.markSeen(life.token)
}

async function visitPage(life: Life): Promise<'answered' | 'lost'> {
  await waitForTurn(life.random)
  const verdict = await life.rule.redeem(life.token)
  await waitForTurn(life.random)
  if (life.random() < LOST_ANSWERS) return noticeTheft(life, verdict)
  return hear(life, verdict)
}

function hear(life: Life, verdict: Verdict): 'answered' | 'lost' {
  if (verdict === 'theft') return noticeTheft(life, verdict)
  if (verdict.newToken) life.token = verdict.newToken
  return 'answered'
}

// The server has made up its mind, whether or not the browser hears of it.
function noticeTheft(life: Life, verdict: Verdict): 'lost' {
  if (verdict === 'theft') life.isAccused = true
  return 'lost'
}

// From a browser closed by mistake to one that was left for days.
function pause(random: Random): number {
  return random() < 0.2 ? random() * minutes(2) : random() * hours(72)
}
