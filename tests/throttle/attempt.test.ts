import { afterAll, describe, expect, test } from 'vitest'
import { createBudgets, type Limit } from '../../src/throttle/budgets.ts'
import { createThrottle, TooManyAttempts } from '../../src/throttle/throttle.ts'
import { createTestClock } from '../auth/support/test-clock.ts'
import { openTestDatabase } from '../support/database.ts'

const database = await openTestDatabase()
afterAll(database.close)

class NeverMade extends Error {}

const throttle = createThrottle({
  database,
  clock: createTestClock().now,
  budgets: createBudgets({ registrationsPerHour: 20 }),
  wasNeverMade: (error) => error instanceof NeverMade,
})

let keys = 0
const newLimits = (budget: Limit['budget']): Limit[] => [{ budget, key: `key ${++keys}` }]

/** How many of the outcomes were come to before the limit. */
async function repeat(times: number, limits: Limit[], make: () => Promise<unknown>) {
  let made = 0
  const counted = async () => {
    made++
    return make()
  }
  for (let time = 0; time < times; time++) {
    await throttle.attempt(limits, counted).catch(() => {})
  }
  return made
}

describe('an attempt', () => {
  test('is made ten times when it fails, then refused without being made', async () => {
    const limits = newLimits('device')

    expect(await repeat(12, limits, async () => false)).toBe(10)
    const refused = throttle.attempt(limits, async () => true)
    await expect(refused).rejects.toThrow(TooManyAttempts)
    await expect(refused).rejects.toMatchObject({ retryAfter: 15 * 60 })
  })

  test.each([
    ['true', true],
    ['a user', { id: 'ada' }],
    ['an outcome that is ok', { ok: true, user: 'ada' }],
  ])('costs a tenth when it comes to %s', async (_, outcome) => {
    expect(await repeat(120, newLimits('device'), async () => outcome)).toBe(100)
  })

  test.each([
    ['null', null],
    ['an outcome that is not ok', { ok: false }],
  ])('costs all of it when it comes to %s', async (_, outcome) => {
    expect(await repeat(12, newLimits('device'), async () => outcome)).toBe(10)
  })

  test('costs as much when it succeeds where it is not failures that are feared', async () => {
    expect(await repeat(12, newLimits('exports'), async () => true)).toBe(10)
  })

  test.each(['device', 'exports'] as const)(
    'costs nothing where it was never made, in the budget %s',
    async (budget) => {
      const limits = newLimits(budget)
      await repeat(20, limits, () => Promise.reject(new NeverMade()))

      expect(await repeat(11, limits, async () => false)).toBe(10)
    },
  )

  test('costs all of it when it breaks, as when its client hangs up', async () => {
    expect(await repeat(12, newLimits('device'), () => Promise.reject(new Error()))).toBe(10)
  })

  test('costs nothing in any budget when it is refused by one', async () => {
    const [name = { budget: 'name', key: '' }] = newLimits('name')
    const [first, second] = [newLimits('device'), newLimits('device')]

    await repeat(20, [...first, name], async () => false)

    expect(await repeat(20, [...second, name], async () => false)).toBe(10)
    expect(await repeat(20, [name], async () => false)).toBe(5)
  })
})

describe('of many attempts that come together', () => {
  test('those that are refused are told the true wait, and cost nothing elsewhere', async () => {
    const [device, name] = [newLimits('device'), newLimits('name')]
    await repeat(9, device, async () => false)

    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => throttle.attempt([...name, ...device], async () => false)),
    )

    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(7)
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ reason: { retryAfter: 15 * 60 } })
    }
    expect(await repeat(30, name, async () => false)).toBe(24)
  })
})
