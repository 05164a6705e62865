import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { seconds } from '../durations.ts'
import type { RememberSeries, RememberStore } from './remember-store.ts'

// Each token is used once, and its successor is computed from it: two requests that arrive together,
// or one whose answer got lost, are given the same successor. So nobody honest is ever accused, and
// whoever presents a token from before that has a copy of it. docs/auth.md tells the whole rule.

/** How long a token stays good after its successor was first seen, for requests that were already under way. */
export const GRACE = seconds(60)

export type Remembered = { series: RememberSeries; token: string; isSuccessor: boolean }

export type Redemption =
  | ({ kind: 'remembered' } & Remembered)
  | { kind: 'stolen'; series: RememberSeries }
  | { kind: 'unknown' }

export type NewSeries = { loginId: string; deviceId: string | null; expiresAt: Date }

export type RememberMe = ReturnType<typeof createRememberMe>

export type RememberMeSettings = { store: RememberStore; secrets: readonly string[]; clock: Clock }

/** Takes a store, the secrets (newest first) and a clock; returns the life of remember series, without HTTP. */
export function createRememberMe({ store, secrets, clock }: RememberMeSettings) {
  const keys = new Map(secrets.map((secret) => [keyIdOf(secret), secret]))
  const [newestKeyId = ''] = keys.keys()

  return { start, redeem, confirm, end: store.end }

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
    if (hash === series.previousHash && isInGrace(series)) return giveSameSuccessor(series, token)
    return { kind: 'stolen', series }
  }

  async function redeemCurrent(series: RememberSeries, token: string): Promise<Redemption> {
    if (isPreviousStillGood(series)) return keepCurrent(series, token)
    const successor = successorOf(token, newestKeyId)
    const rotation = { from: hashToken(token), to: hashToken(successor), keyId: newestKeyId }
    const hasWon = await store.rotate(series.id, rotation)
    // Whoever lost the race finds its token to be the previous one now.
    return hasWon
      ? { kind: 'remembered', series, token: successor, isSuccessor: true }
      : redeem(series.id, token)
  }

  // Rotating now would make a theft of the previous token, which an honest request may still carry.
  async function keepCurrent(series: RememberSeries, token: string): Promise<Redemption> {
    await store.confirm(series.id, hashToken(token), clock())
    return { kind: 'remembered', series, token, isSuccessor: false }
  }

  function giveSameSuccessor(series: RememberSeries, token: string): Redemption {
    const successor = successorOf(token, series.keyId)
    return { kind: 'remembered', series, token: successor, isSuccessor: true }
  }

  function confirm(id: string, token: string): Promise<void> {
    return store.confirm(id, hashToken(token), clock())
  }

  function isPreviousStillGood(series: RememberSeries): boolean {
    return series.previousHash !== null && isInGrace(series)
  }

  function isInGrace({ seenAt }: RememberSeries): boolean {
    return seenAt === null || clock().getTime() - seenAt.getTime() < GRACE
  }

  function successorOf(token: string, keyId: string): string {
    const key = keys.get(keyId) ?? ''
    return createHmac('sha256', key).update(`remember-me successor ${token}`).digest('base64url')
  }
}

function newSeries(token: string, keyId: string) {
  return {
    id: randomUUID(),
    tokenHash: hashToken(token),
    previousHash: null,
    seenAt: null,
    keyId,
  }
}

// A token has 256 random bits: a plain hash of it cannot be searched.
function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function keyIdOf(secret: string): string {
  return createHash('sha256').update(`remember-me key ${secret}`).digest('hex').slice(0, 16)
}
