import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { listLatest, readLatest, selectLatest } from '../../src/accounts/activity.ts'
import { minutes } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const database = await openTestDatabase()
afterAll(database.close)

/** Reads the events as the statement of a session does. */
async function readAlong(userId: string) {
  const statement = `SELECT ${selectLatest('u."id"', database.engine)} AS "activity" FROM "User" u WHERE u."id" = $1`
  const [row] = await database.read<{ activity: string | null }>(statement, [userId])
  return readLatest(row?.activity ?? null)
}

describe('the events that a session brings along', () => {
  test('are those that listLatest lists, also where several are of one moment', async () => {
    const { id: userId } = await database.user.create({ data: userRow() })
    const start = new Date('2026-01-01T12:00:00.123Z').getTime()
    const data = Array.from({ length: 30 }, (_, number) => ({
      ...{ id: randomUUID(), userId, kind: 'logged-in', browser: 'Firefox "on" Linux', count: 2 },
      at: new Date(start + Math.floor(number / 4) * minutes(1)),
      deviceId: number % 2 ? 'a device' : null,
    }))
    await database.securityEvent.createMany({ data })

    const events = await readAlong(userId)

    expect(events).toHaveLength(20)
    expect(events).toEqual(await listLatest(database, userId))
    expect(events[0]?.at).toEqual(data.at(-1)?.at)
  })

  test('are none for a user without events', async () => {
    const { id } = await database.user.create({ data: userRow() })

    expect(await readAlong(id)).toEqual([])
  })
})
