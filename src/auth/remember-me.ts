import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { seconds } from '../durations.ts'
import type { RememberSeries, RememberStore } from './remember-store.ts'

// Each token is used once, and its successor is computed from it: two requests that arrive together, or one
// whose answer got lost, get the same successor. So no honest browser is accused, and any token from before
// that is a copy. docs/auth.md tells the whole rule.

/** How long a token stays good after its successor was first seen, and how long its successor stays the same while it was not: for requests that were already under way. */
export const GRACE = seconds(60)

/** How many answers in a row may get lost before it is a copy that comes again and again. docs/auth.md has the numbers. */
const MOST_LOST = 5

export type Remembered = { series: RememberSeries; token: string; isSuccessor: boolean }

export type Redemption =
  | ({ kind: 'remembered' } & Remembered)
  | { kind: 'stolen'; series: RememberSeries }
  | { kind: 'unknown' }

export type NewSeries = { loginId: string; deviceId: string | null; expiresAt: Date }

export type RememberMe = ReturnType<typeof createRememberMe>

/** Secrets are newest first. */
export type RememberMeSettings = { store: RememberStore; secrets: readonly string[]; clock: Clock }

/** The life of remember series, without HTTP. */
export function createRememberMe({ store, secrets, clock }: RememberMeSettings) {
  const keys = new Map(secrets.map((secret) => [keyIdOf(secret), secret]))
  const [newestKeyId = ''] = keys.keys()

  return { start, redeem, markSeen, end: store.end }

  async function start(wanted: NewSeries): Promise<Remembered> {
    const token = randomBytes(32).toString('base64url')
    const series = { ...wanted, ...newSeries(token, newestKeyId) }
    await store.create(series, clock())
    return { series, token, isSuccessor: false }
  }

  async function redeem(id: string, token: string): Promise<Redemption> {
    const series = await store.find(id, clock())
    if (!series || !keys.has(series.keyId)) return { kind: 'unknown' }
    const hash = hashToken(token)
    if (hash === series.tokenHash) return redeemCurrent(series, token)
    if (hash === series.previousHash && isPreviousStillGood(series))
      return redeemPrevious(series, token)
    return { kind: 'stolen', series }
  }

  async function redeemCurrent(series: RememberSeries, token: string): Promise<Redemption> {
    if (isPreviousStillGood(series)) return keepCurrent(series, token)
    const successor = successorOf(token, newestKeyId, 0)
    const hasWon = await store.rotate(series.id, { from: series.tokenHash, ...become(successor) })
    // After a lost race this token is the previous one.
    return hasWon ? succeed(series, successor) : redeem(series.id, token)
  }

  // Rotating now would make a theft of the previous token, which an honest request may still carry.
  async function keepCurrent(series: RememberSeries, token: string): Promise<Redemption> {
    await store.markSeen(series.id, series.tokenHash, clock())
    return { kind: 'remembered', series, token, isSuccessor: false }
  }

  async function redeemPrevious(series: RememberSeries, token: string): Promise<Redemption> {
    const { id, tokenHash, generation, keyId } = series
    if (series.seenAt || isInGrace(series.rotatedAt))
      return succeed(series, successorOf(token, keyId, generation))
    if (generation + 1 >= MOST_LOST) return { kind: 'stolen', series }
    // An answer was lost, or a thief was here first and keeps the successor: it must not be the same one.
    const successor = successorOf(token, newestKeyId, generation + 1)
    const hasWon = await store.supersede(id, { tokenHash, generation, ...become(successor) })
    return hasWon ? succeed(series, successor) : redeem(id, token)
  }

  function become(token: string) {
    return { to: hashToken(token), keyId: newestKeyId, at: clock() }
  }

  function markSeen(id: string, token: string): Promise<void> {
    return store.markSeen(id, hashToken(token), clock())
  }

  function isPreviousStillGood({ previousHash, seenAt }: RememberSeries): boolean {
    return previousHash !== null && (seenAt === null || isInGrace(seenAt))
  }

  function isInGrace(time: Date | null): boolean {
    return time !== null && clock().getTime() - time.getTime() < GRACE
  }

  function successorOf(token: string, keyId: string, generation: number): string {
    const input = `remember-me successor ${token}${generation === 0 ? '' : ` ${generation}`}`
    const key = keys.get(keyId) ?? ''
    return createHmac('sha256', key).update(input).digest('base64url')
  }
}

function succeed(series: RememberSeries, token: string): Redemption {
  return { kind: 'remembered', series, token, isSuccessor: true }
}

function newSeries(token: string, keyId: string) {
  const unused = { previousHash: null, rotatedAt: null, seenAt: null, generation: 0 }
  return { id: randomUUID(), tokenHash: hashToken(token), ...unused, keyId }
}

// A token has 256 random bits: a plain hash of it cannot be searched.
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function keyIdOf(secret: string): string {
  return createHash('sha256').update(`remember-me key ${secret}`).digest('hex').slice(0, 16)
}
