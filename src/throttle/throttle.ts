import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { hours, minutes, seconds } from '../durations.ts'

/** How many attempts are let through, and in how long. */
const BUDGETS = {
  'name-from-network': { points: 10, duration: minutes(15) },
  'account-from-device': { points: 10, duration: minutes(15) },
  name: { points: 25, duration: hours(1) },
  'own-password': { points: 10, duration: minutes(15) },
  'resets-of-account': { points: 5, duration: minutes(15) },
  'mails-from-network': { points: 20, duration: hours(1) },
  'mails-to-email': { points: 5, duration: hours(1) },
  'links-again': { points: 3, duration: hours(1) },
  network: { points: 100, duration: minutes(15) },
  'registrations-to-email': { points: 5, duration: hours(1) },
  'registrations-from-network': { points: 20, duration: hours(1) },
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

/** Asks whether an attempt may go on. It is counted before any hash is spent. */
export type Throttle = (charges: Charge[]) => Promise<Admission>

type Counted = { key: string; endsAt: Date }
type Attempt = Counted & { most: number; at: Date }

/** Where attempts are counted. */
export type Counters = {
  /** Says when the last of those windows ends that have had `most` attempts; null if there is none. */
  findFull: (attempts: Attempt[]) => Promise<Date | null>
  /** Counts an attempt and says when its window ends, one that is over beginning anew; null if it has had `most`. */
  count: (attempt: Attempt) => Promise<Date | null>
  /** Takes back what was counted in the window that ends then. */
  takeBack: (counted: Counted) => Promise<void>
}

/** Takes the counters, the clock, and whether to throttle at all; returns the throttle. */
export function createThrottle(counters: Counters, clock: Clock, isOn: boolean): Throttle {
  if (!isOn) return async () => ({ ok: true, refund: async () => {} })
  return async (charges) => {
    const at = clock()
    const attempts = charges.map((charge) => describeAttempt(charge, at))
    // Asked first, so that a flood of refused attempts only reads.
    const end = await counters.findFull(attempts)
    if (end) return refuse(at, end)
    const paid = await pay(counters, attempts)
    return paid ? { ok: true, refund: () => refund(counters, paid) } : refuse(at, at)
  }
}

// What comes after a full one is not charged: one network alone cannot use up the budget of a name.
async function pay(counters: Counters, attempts: Attempt[]): Promise<Counted[] | null> {
  const paid: Counted[] = []
  for (const attempt of attempts) {
    const endsAt = await counters.count(attempt)
    if (!endsAt) return null
    paid.push({ key: attempt.key, endsAt })
  }
  return paid
}

function describeAttempt({ budget, key }: Charge, at: Date): Attempt {
  const { points, duration } = BUDGETS[budget]
  const endsAt = new Date(at.getTime() + duration)
  return { key: digest(`${budget} ${key}`), most: points, at, endsAt }
}

// Some type their password where their name belongs, and it may be as long as they like.
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function refuse(at: Date, end: Date): Admission {
  const wait = Math.ceil((end.getTime() - at.getTime()) / seconds(1))
  return { ok: false, retryAfter: Math.max(1, wait) }
}

async function refund(counters: Counters, paid: Counted[]): Promise<void> {
  for (const counted of paid) await counters.takeBack(counted)
}
