import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { sweep } from '../support/sweep.ts'

const database = await openTestDatabase()
afterAll(database.close)

const NOW = new Date('2026-06-01T00:00:00Z')
const ago = (duration: number) => new Date(NOW.getTime() - duration)
const LATER = new Date(NOW.getTime() + 1)

const { id: userId } = await database.user.create({ data: userRow() })

const link = (expiresAt: Date) => ({
  id: randomUUID(),
  purpose: 'reset-password',
  userId,
  email: 'ada@example.org',
  emailKey: 'ada@example.org',
  createdAt: ago(minutes(60)),
  expiresAt,
})

const event = (at: Date) => ({
  id: randomUUID(),
  userId,
  kind: 'logged-in',
  at,
  browser: 'Firefox',
})

const device = (lastSeenAt: Date) => ({
  id: randomUUID(),
  userId,
  authEpoch: 0,
  tokenHash: randomUUID(),
  label: 'Firefox',
  startedBy: 'password',
  createdAt: ago(days(900)),
  lastSeenAt,
})

describe('the sweeper', () => {
  test('removes links once they are over, and none that is good for another moment', async () => {
    const [over, good] = [link(NOW), link(LATER)]
    await database.emailLink.createMany({ data: [over, good] })

    await sweep(database, NOW)

    expect(await database.emailLink.findMany()).toMatchObject([{ id: good.id }])
  })

  test('keeps what happened to an account for 400 days', async () => {
    const [over, kept] = [event(ago(days(400))), event(ago(days(400) - 1))]
    await database.securityEvent.createMany({ data: [over, kept] })

    await sweep(database, NOW)

    expect(await database.securityEvent.findMany()).toMatchObject([{ id: kept.id }])
  })

  test('knows a device for 400 days after it was last seen, and longer while it is remembered or logged in', async () => {
    const [over, kept] = [device(ago(days(400))), device(ago(days(400) - 1))]
    const [loggedIn, remembered] = [device(ago(days(500))), device(ago(days(500)))]
    await database.device.createMany({ data: [over, kept, loggedIn, remembered] })
    const life = { createdAt: ago(days(500)), expiresAt: LATER }
    await database.session.create({
      data: { ...life, idHash: 'hash', data: '{}', deviceId: loggedIn.id, lastSeenAt: NOW },
    })
    await database.rememberSeries.create({
      data: {
        ...life,
        id: 'a',
        tokenHash: '',
        keyId: '',
        userId,
        authEpoch: 0,
        deviceId: remembered.id,
      },
    })

    await sweep(database, NOW)

    const left = await database.device.findMany({ select: { id: true } })
    expect(left.map(({ id }) => id).sort()).toEqual(
      [kept, loggedIn, remembered].map(({ id }) => id).sort(),
    )
  })
})
