import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { minutes, seconds } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { sweep } from '../support/sweep.ts'

const database = await openTestDatabase()
const now = new Date('2026-01-01T12:00:00Z')
const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds)

afterEach(async () => {
  await database.user.deleteMany()
  await database.session.deleteMany()
})
afterAll(database.close)

const sessionRow = (expiresAt: Date, changes: object = {}) => ({
  idHash: randomUUID(),
  data: '{}',
  createdAt: ago(minutes(90)),
  lastSeenAt: ago(minutes(60)),
  expiresAt,
  ...changes,
})

async function createDevice(lastSeenAt: Date) {
  const user = await database.user.create({ data: userRow() })
  return database.device.create({
    data: {
      id: randomUUID(),
      userId: user.id,
      authEpoch: 0,
      tokenHash: 'none',
      label: 'Firefox',
      startedBy: 'password',
      createdAt: ago(minutes(90)),
      lastSeenAt,
    },
  })
}

describe('the sweeper', () => {
  test('removes what has expired by now, and nothing that lives another second', async () => {
    const { userId, id: deviceId } = await createDevice(now)
    const later = new Date(now.getTime() + seconds(1))
    const series = { tokenHash: '', keyId: '', userId, authEpoch: 0, deviceId, createdAt: now }
    await database.session.createMany({ data: [sessionRow(now), sessionRow(later)] })
    await database.rememberSeries.createMany({
      data: [
        { ...series, id: 'over', expiresAt: now },
        { ...series, id: 'good', expiresAt: later },
      ],
    })
    await database.attemptCounter.createMany({
      data: [
        { key: 'over', attempts: 1, endsAt: now },
        { key: 'good', attempts: 1, endsAt: later },
      ],
    })

    const hasMore = await sweep(database, now)

    expect(hasMore).toBe(false)
    expect(await database.session.findMany()).toMatchObject([{ expiresAt: later }])
    expect(await database.rememberSeries.findMany()).toMatchObject([{ id: 'good' }])
    expect(await database.attemptCounter.findMany()).toMatchObject([{ key: 'good' }])
  })

  test('removes 500 at a time, the oldest first, and says whether there may be more', async () => {
    const rows = Array.from({ length: 501 }, (_, at) => sessionRow(ago(minutes(at))))
    await changeTogether(database, (tables) => tables.session.createMany({ data: rows }))

    const first = await sweep(database, now)
    const left = await database.session.findMany()
    const second = await sweep(database, now)

    expect([first, second]).toEqual([true, false])
    expect(left).toMatchObject([{ expiresAt: now }])
    expect(await database.session.count()).toBe(0)
  })

  test('keeps when a device was last seen by the session that goes', async () => {
    const device = await createDevice(ago(minutes(80)))
    const seen = [70, 40, 50].map((count) =>
      sessionRow(now, { deviceId: device.id, lastSeenAt: ago(minutes(count)) }),
    )
    await database.session.createMany({ data: seen })

    await sweep(database, now)

    const kept = await database.device.findUnique({ where: { id: device.id } })
    expect(kept?.lastSeenAt).toEqual(ago(minutes(40)))
  })

  test('never makes a device seem older than it is known to be', async () => {
    const device = await createDevice(ago(minutes(5)))
    await database.session.create({ data: sessionRow(now, { deviceId: device.id }) })

    await sweep(database, now)

    const kept = await database.device.findUnique({ where: { id: device.id } })
    expect(kept?.lastSeenAt).toEqual(ago(minutes(5)))
  })
})
