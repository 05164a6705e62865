import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { days, minutes } from '../../src/durations.ts'
import { type Charge, countAttempt, findFull, takeBack } from '../../src/throttle/counters.ts'
import { openTestDatabase } from '../support/database.ts'

const database = await openTestDatabase()
// As another process has it: a connection of its own.
const elsewhere = await openDatabase(database.url)
afterAll(async () => {
  await elsewhere.close()
  await database.close()
})

const both = [database, elsewhere]

const START = new Date('2026-01-01T00:00:00Z')
const WINDOW = minutes(15)
const timeAt = (milliseconds: number) => new Date(START.getTime() + milliseconds)

let keys = 0
const newAttempt = (): Charge => {
  return { key: `key ${++keys}`, cost: 1, most: 10, at: START, endsAt: timeAt(WINDOW) }
}

const later = (attempt: Charge, milliseconds: number): Charge => {
  return { ...attempt, at: timeAt(milliseconds), endsAt: timeAt(milliseconds + WINDOW) }
}

async function count(attempt: Charge, times: number): Promise<number> {
  let counted = 0
  for (let time = 0; time < times; time++) if (await countAttempt(database, attempt)) counted++
  return counted
}

describe('of 50 attempts at once, in two processes', () => {
  const race = async (attempt: Charge) => {
    const attempts = Array.from({ length: 50 }, (_, index) =>
      countAttempt(both[index % 2] ?? database, attempt),
    )
    return (await Promise.all(attempts)).filter(Boolean).length
  }

  test('as many pass as the budget has, where nothing was tried before', async () => {
    expect(await race(newAttempt())).toBe(10)
  })

  test('one passes where one is left', async () => {
    const attempt = newAttempt()
    await count(attempt, 9)

    expect(await race(attempt)).toBe(1)
  })

  test('as many pass as the budget has, where a window has just ended', async () => {
    const attempt = newAttempt()
    await count(attempt, 10)

    expect(await race(later(attempt, WINDOW))).toBe(10)
  })
})

describe('a window', () => {
  test('ends so long after its first attempt, however late the last was', async () => {
    const attempt = newAttempt()
    await countAttempt(database, attempt)

    const end = await countAttempt(database, later(attempt, WINDOW - 1))

    expect(end).toEqual(timeAt(WINDOW))
  })

  test('is full to its last millisecond, and says when it ends', async () => {
    const attempt = newAttempt()
    await count(attempt, 10)
    const findFullAt = (at: number) => findFull(database, [newAttempt(), later(attempt, at)])

    expect(await findFullAt(WINDOW - 1)).toEqual([{ key: attempt.key, endsAt: timeAt(WINDOW) }])
    expect(await findFullAt(WINDOW)).toEqual([])
  })

  test('is followed by one that has the whole budget, and no more', async () => {
    const attempt = newAttempt()
    await count(attempt, 11)

    const second = later(attempt, WINDOW)
    const third = later(attempt, 2 * WINDOW)

    expect(await count(second, 11)).toBe(10)
    expect(await count(third, 11)).toBe(10)
  })
})

describe('a window that a wrong clock began', () => {
  const wrong = (attempt: Charge): Charge => later(attempt, days(10))

  test('is over, however full', async () => {
    const attempt = newAttempt()
    await count(wrong(attempt), 10)

    expect(await findFull(database, [attempt])).toEqual([])
    expect(await count(attempt, 11)).toBe(10)
  })

  test('is not one begun a moment from now, as by two requests that came together', async () => {
    const attempt = newAttempt()
    await count(later(attempt, 1), 9)

    expect(await count(attempt, 2)).toBe(1)
  })
})

describe('an attempt taken back', () => {
  test('leaves room for one more', async () => {
    const attempt = newAttempt()
    await count(attempt, 10)

    await takeBack(database, [attempt], 1)

    expect(await count(attempt, 2)).toBe(1)
  })

  test('is none below zero', async () => {
    const attempt = newAttempt()
    await countAttempt(database, attempt)

    for (let time = 0; time < 3; time++) await takeBack(database, [attempt], 1)

    expect(await count(attempt, 11)).toBe(10)
  })

  test('makes no room in the window after its own', async () => {
    const attempt = newAttempt()
    await countAttempt(database, attempt)
    const second = later(attempt, WINDOW)
    await count(second, 10)

    await takeBack(database, [attempt], 1)

    expect(await count(second, 1)).toBe(0)
  })

  test('begins no window where its own has been swept away', async () => {
    const attempt = newAttempt()
    await countAttempt(database, attempt)
    await database.attemptCounter.deleteMany({ where: { key: attempt.key } })

    await takeBack(database, [attempt], 1)

    expect(await database.attemptCounter.count({ where: { key: attempt.key } })).toBe(0)
  })
})
