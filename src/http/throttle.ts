import type { Request } from 'express'
import { RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible'
import { hours, minutes, seconds } from '../durations.ts'

/** How many attempts are let through, and in how long. */
const BUDGETS = {
  'account-from-address': { points: 10, duration: minutes(15) },
  'account-from-device': { points: 10, duration: minutes(15) },
  account: { points: 50, duration: hours(1) },
  'own-password': { points: 10, duration: minutes(15) },
  'mails-from-address': { points: 20, duration: hours(1) },
  'mails-to-address': { points: 5, duration: hours(1) },
  'links-again': { points: 3, duration: hours(1) },
  address: { points: 100, duration: minutes(15) },
  'registrations-from-address': { points: 20, duration: hours(1) },
} as const

export type Budget = keyof typeof BUDGETS

/** One thing that an attempt is counted against. */
export type Charge = { budget: Budget; key: string }

export type Admission =
  | {
      ok: true /** Makes the attempt count for nothing, as it was a success. */
      refund: () => Promise<void>
    }
  | { ok: false /** Seconds. */; retryAfter: number }

/** Asks whether an attempt may go on. It is counted before any hash is spent, and in the database: it survives restarts, and processes share it. */
export type Throttle = (charges: Charge[]) => Promise<Admission>

/** Takes the Prisma client that has the counters, and whether to throttle at all; returns the throttle. */
export function createThrottle(storeClient: object, isOn: boolean): Throttle {
  if (!isOn) return async () => ({ ok: true, refund: async () => {} })
  const limiters = new Map(
    Object.entries(BUDGETS).map(([budget, limits]) => [
      budget,
      createLimiter(storeClient, budget, limits),
    ]),
  )
  return async (charges) => {
    const paid: Charge[] = []
    for (const charge of charges) {
      const retryAfter = await consume(limiters.get(charge.budget), charge.key)
      // What comes after is not charged: one address alone cannot use up the budget of an account.
      if (retryAfter !== null) return { ok: false, retryAfter }
      paid.push(charge)
    }
    return { ok: true, refund: () => refund(limiters, paid) }
  }
}

/** Takes a request; returns whom to count: an IPv4 address, or the /64 of an IPv6 one, as one household or server has all of it. */
export function addressOf(req: Request): string {
  // Cut, as a proxy that passes on what strangers say of themselves may say anything, and PostgreSQL fails on
  // a key of thousands of letters.
  const address = (req.ip ?? '').slice(0, LONGEST_ADDRESS).replace(/^::ffff:/, '')
  return address.includes(':') ? networkOf(address) : address
}

// An IPv6 address with an IPv4 one in it.
const LONGEST_ADDRESS = 45

function networkOf(address: string): string {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16))
    .join(':')
}

function createLimiter(
  storeClient: object,
  keyPrefix: string,
  { points, duration }: { points: number; duration: number },
): RateLimiterPrisma {
  return new RateLimiterPrisma({
    storeClient,
    tableName: 'rateLimiterFlexible',
    keyPrefix,
    points,
    duration: duration / seconds(1),
    clearExpiredByTimeout: false,
  })
}

// rate-limiter-flexible refuses by rejecting with a result, and fails by rejecting with an error.
async function consume(
  limiter: RateLimiterPrisma | undefined,
  key: string,
): Promise<number | null> {
  const refused = await limiter?.consume(key).then(
    () => null,
    (reason: unknown) => reason,
  )
  if (refused instanceof RateLimiterRes) return Math.ceil(refused.msBeforeNext / seconds(1)) || 1
  if (refused) throw refused
  return null
}

async function refund(limiters: Map<string, RateLimiterPrisma>, paid: Charge[]): Promise<void> {
  for (const { budget, key } of paid) await limiters.get(budget)?.reward(key)
}
