import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { type Clock, latestPossible } from '../clock.ts'
import { seconds } from '../durations.ts'
import type { RememberSeries, RememberStore } from './remember-store.ts'

// Each token is used once, and its successor is computed from it: two requests that arrive together, or one
// whose answer got lost, get the same successor. So no honest browser is accused, and any token from before
// that is a copy. docs/auth.md tells the whole rule.

/** How long a token stays good after its successor was first seen, and how long its successor stays the same while it was not: for requests that were already under way. */
const GRACE = seconds(60)

/** How many answers in a row may get lost before it is a copy that comes again and again. docs/auth.md has the numbers. */
const MOST_LOST = 5

export type Remembered = { series: RememberSeries; token: string; isSuccessor: boolean }

export type Redemption =
  | ({ kind: 'remembered' } & Remembered)
  | { kind: 'stolen'; series: RememberSeries }
  | { kind: 'unknown' }

type NewSeries = { loginId: string; deviceId: string | null; expiresAt: Date }

/** Secrets are newest first. */
type RememberMeSettings = { store: RememberStore; secrets: readonly string[]; clock: Clock }

/** The life of remember series, without HTTP. */
export class RememberMe {
  readonly #store: RememberStore
  readonly #clock: Clock
  readonly #keys: Map<string, string>
  readonly #newestKeyId: string

  constructor({ store, secrets, clock }: RememberMeSettings) {
    this.#store = store
    this.#clock = clock
    this.#keys = new Map(secrets.map((secret) => [keyIdOf(secret), secret]))
    this.#newestKeyId = this.#keys.keys().next().value ?? ''
  }

  async start(wanted: NewSeries): Promise<Remembered> {
    const token = randomBytes(32).toString('base64url')
    const series = { ...wanted, ...newSeries(token, this.#newestKeyId) }
    await this.#store.create(series, this.#clock())
    return { series, token, isSuccessor: false }
  }

  async redeem(id: string, token: string): Promise<Redemption> {
    const series = await this.#store.find(id, this.#clock())
    if (!series || !this.#keys.has(series.keyId)) return { kind: 'unknown' }
    const hash = hashToken(token)
    if (hash === series.tokenHash) return this.#redeemCurrent(series, token)
    if (hash === series.previousHash && this.#isPreviousStillGood(series))
      return this.#redeemPrevious(series, token)
    return { kind: 'stolen', series }
  }

  markSeen(id: string, token: string): Promise<void> {
    return this.#store.markSeen(id, hashToken(token), this.#clock())
  }

  end(id: string): Promise<void> {
    return this.#store.end(id)
  }

  async #redeemCurrent(series: RememberSeries, token: string): Promise<Redemption> {
    const { id, tokenHash } = series
    // Rotating now would make a theft of the previous token, which an honest request may still carry.
    if (this.#isPreviousStillGood(series)) {
      await this.#store.markSeen(id, tokenHash, this.#clock())
      return { kind: 'remembered', series, token, isSuccessor: false }
    }
    const successor = this.#successorOf(token, this.#newestKeyId, 0)
    const hasWon = await this.#store.rotate(id, { from: tokenHash, ...this.#become(successor) })
    // After a lost race this token is the previous one.
    return hasWon ? succeed(series, successor) : this.redeem(id, token)
  }

  async #redeemPrevious(series: RememberSeries, token: string): Promise<Redemption> {
    const { id, tokenHash, generation, keyId } = series
    if (series.seenAt || this.#isInGrace(series.rotatedAt))
      return succeed(series, this.#successorOf(token, keyId, generation))
    if (generation + 1 >= MOST_LOST) return { kind: 'stolen', series }
    // An answer was lost, or a thief was here first and keeps the successor: it must not be the same one.
    const successor = this.#successorOf(token, this.#newestKeyId, generation + 1)
    const superseded = { tokenHash, generation, ...this.#become(successor) }
    const hasWon = await this.#store.supersede(id, superseded)
    return hasWon ? succeed(series, successor) : this.redeem(id, token)
  }

  #become(token: string) {
    return { to: hashToken(token), keyId: this.#newestKeyId, at: this.#clock() }
  }

  #isPreviousStillGood({ previousHash, seenAt }: RememberSeries): boolean {
    return previousHash !== null && (seenAt === null || this.#isInGrace(seenAt))
  }

  #isInGrace(time: Date | null): boolean {
    const now = this.#clock()
    return time !== null && now.getTime() - time.getTime() < GRACE && time <= latestPossible(now)
  }

  #successorOf(token: string, keyId: string, generation: number): string {
    const input = `remember-me successor ${token}${generation === 0 ? '' : ` ${generation}`}`
    const key = this.#keys.get(keyId) ?? ''
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
