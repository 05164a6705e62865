import { createHash } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/database.ts'
import { seconds } from '../durations.ts'
import type { Budget, BudgetName, Limit } from './budgets.ts'
import { type Charge, type Counted, countAttempt, findFull, takeBack } from './counters.ts'

/** A limit is reached: nothing was done. */
export class TooManyAttempts extends Error {
  /** Seconds. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('too many attempts')
    this.retryAfter = retryAfter
  }
}

/** Hears the budget that each refused attempt had used up. */
export const THROTTLED = channel('throttled')

export type Throttle = {
  /** Counts an attempt, then makes it. Gives it back when it was never made, and most of it when it succeeds: when its outcome is not `false`, `null` or `{ ok: false }`. Where `limits` are used up, the attempt counts against `fallback`. Throws TooManyAttempts. */
  attempt<T>(limits: Limit[], make: () => Promise<T>, fallback?: Limit[]): Promise<T>
  /** Counts what is never given back. Throws TooManyAttempts. */
  count(limits: Limit[]): Promise<void>
  /** The same inside a transaction, but false where a limit is reached. */
  countWithin(tables: Tables, limits: Limit[]): Promise<boolean>
}

type ThrottleOptions = {
  database: Tables
  clock: Clock
  budgets: Record<BudgetName, Budget>
  /** Whether an error of an attempt means that nothing was tried. */
  wasNeverMade: (error: unknown) => boolean
}

// Counters count in tenths. A success costs one: a right password does not hash without end either.
const COST = 10
const REBATE = 9

type Priced = Charge & { budget: BudgetName; hasRebate: boolean }

type Payment = Counted & { hasRebate: boolean }

export function createThrottle(options: ThrottleOptions): Throttle {
  const { database, wasNeverMade } = options

  return {
    async count(limits) {
      await pay(options, limits)
    },
    async countWithin(tables, limits) {
      try {
        await pay({ ...options, database: tables }, limits)
        return true
      } catch (error) {
        if (error instanceof TooManyAttempts) return false
        throw error
      }
    },
    async attempt(limits, make, fallback) {
      const payments = await payEither(options, limits, fallback)
      try {
        const outcome = await make()
        const rebated = payments.filter(({ hasRebate }) => hasRebate)
        if (!isFailure(outcome)) await takeBack(database, rebated, REBATE)
        return outcome
      } catch (error) {
        if (wasNeverMade(error)) await takeBack(database, payments, COST)
        throw error
      }
    },
  }
}

/** For THROTTLE=off, as in tests, where every browser comes from one network. */
export const noThrottle: Throttle = {
  attempt: (_limits, make) => make(),
  count: async () => {},
  countWithin: async () => true,
}

async function payEither(options: ThrottleOptions, limits: Limit[], fallback?: Limit[]) {
  if (!fallback) return pay(options, limits)
  const charges = chargesOf(options, limits)
  const full = await findFull(options.database, charges)
  if (full.length === 0) return pay(options, limits)
  return pay(options, fallback).catch((error: unknown) => {
    if (!(error instanceof TooManyAttempts)) throw error
    throw new TooManyAttempts(Math.min(error.retryAfter, waitUntil(full, charges)))
  })
}

async function pay(options: ThrottleOptions, limits: Limit[]) {
  const { database } = options
  const charges = chargesOf(options, limits)
  // Asked first, so that a flood of refused attempts only reads.
  await assertNotFull(database, charges)
  const payments: Payment[] = []
  for (const charge of charges) {
    const endsAt = await countAttempt(database, charge)
    // Of several that came at once, another was faster.
    if (!endsAt) {
      await takeBack(database, payments, COST)
      await assertNotFull(database, charges)
      throw new TooManyAttempts(1)
    }
    payments.push({ ...charge, endsAt })
  }
  return payments
}

function chargesOf({ clock, budgets }: ThrottleOptions, limits: Limit[]): Priced[] {
  const at = clock()
  return limits.map((limit) => chargeOf(limit, budgets[limit.budget], at))
}

function chargeOf({ budget, key }: Limit, { attempts, per, isForFailures }: Budget, at: Date) {
  const window = { at, endsAt: new Date(at.getTime() + per) }
  const costs = { cost: COST, most: attempts * COST, hasRebate: isForFailures }
  return { budget, key: `${tagOf(key)}${digest(`${budget} ${key}`)}`, ...costs, ...window }
}

/** Forgets what was counted against accounts, each by its user name, email or id as the limits have it. */
export async function forgetAttempts(database: Tables, accounts: string[]): Promise<void> {
  const OR = accounts.map((account) => ({ key: { startsWith: tagOf(account) } }))
  await database.attemptCounter.deleteMany({ where: { OR } })
}

// What the keys of one account have in common, to find them by.
function tagOf(key: string): string {
  return `${digest(key.split(' ', 1)[0] ?? '').slice(0, 16)} `
}

// Some type their password where their name belongs, and it may be of any length.
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

async function assertNotFull(database: Tables, charges: Priced[]): Promise<void> {
  const ends = await findFull(database, charges)
  const full = charges.find(({ key }) => key === ends[0]?.key)
  if (full) THROTTLED.publish(full.budget)
  if (ends.length > 0) throw new TooManyAttempts(waitUntil(ends, charges))
}

// The clock that began a window may have been ahead of this one.
function waitUntil(full: Counted[], charges: Charge[]): number {
  const waits = full.map(({ key, endsAt }) => {
    const charge = charges.find((each) => each.key === key)
    if (!charge) return 0
    return Math.min(endsAt.getTime(), charge.endsAt.getTime()) - charge.at.getTime()
  })
  return Math.ceil(Math.max(...waits) / seconds(1))
}

function isFailure(outcome: unknown): boolean {
  if (typeof outcome !== 'object' || outcome === null) return !outcome
  return 'ok' in outcome && outcome.ok === false
}
