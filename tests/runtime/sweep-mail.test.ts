import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { days } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { sweep } from '../support/sweep.ts'

const database = await openTestDatabase()
afterAll(() => database.close())

const NOW = new Date('2026-06-01T00:00:00Z')
const ago = (duration: number) => new Date(NOW.getTime() - duration)

const mailSent = (sentAt: Date | null, createdAt = ago(days(90))) => ({
  id: randomUUID(),
  recipient: 'ada@example.org',
  template: 'account-exists',
  data: '{}',
  createdAt,
  nextAttemptAt: createdAt,
  sentAt,
})

describe('the sweeper', () => {
  test('removes mail 30 days after it was sent, and none that still waits', async () => {
    const [old, young, waiting] = [
      mailSent(ago(days(30))),
      mailSent(ago(days(30) - 1)),
      mailSent(null),
    ]
    await database.outboxMessage.createMany({ data: [old, young, waiting] })

    const hasMore = await sweep(database, NOW)

    const left = await database.outboxMessage.findMany({ select: { id: true } })
    expect(left.map(({ id }) => id).sort()).toEqual([young.id, waiting.id].sort())
    expect(hasMore).toBe(false)
  })

  test('takes a batch at a time, and says that there is more', async () => {
    await database.outboxMessage.deleteMany()
    const data = Array.from({ length: 501 }, () => mailSent(ago(days(31))))
    // So many rows are several statements, for which Prisma begins a transaction.
    await changeTogether(database, (tables) => tables.outboxMessage.createMany({ data }))

    const hasMore = [await sweep(database, NOW), await sweep(database, NOW)]

    expect(hasMore).toEqual([true, false])
    expect(await database.outboxMessage.count()).toBe(0)
  })
})
