import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { hours, minutes } from '../../src/durations.ts'
import { isKnownDevice, recordLogin } from '../../src/sessions/devices.ts'
import { seedRandom } from '../auth/support/model/seeded-random.ts'
import { createTestClock } from '../auth/support/test-clock.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

// A browser is shared by a few users who log in now and then. At some moment a thief copies its device
// cookie and keeps nothing else. docs/auth.md shows these numbers.

const database = await openTestDatabase()
afterAll(database.close)

const LIVES = 20
const clock = createTestClock()

type Browser = { deviceTokens: string[] }

async function logIn(browser: Browser, userId: string): Promise<void> {
  const nextDeviceToken = randomBytes(16).toString('base64url')
  const from = { browser: 'Firefox', ip: null }
  const login = { userId, authEpoch: 0, deviceId: null, ...from, startedBy: 'password' }
  const { token, endedTokens } = await changeTogether(database, (tables) =>
    recordLogin(tables, { ...login, ...browser, nextDeviceToken, at: clock.now() }),
  )
  const others = browser.deviceTokens.filter((each) => !endedTokens.includes(each))
  browser.deviceTokens = [token ?? '', ...others]
}

async function live(seed: number) {
  const random = seedRandom(seed)
  const users = Array.from({ length: 1 + Math.floor(random() * 3) }, () => userRow())
  for (const data of users) await database.user.create({ data })
  const ids = users.map(({ id }) => id)
  const browser: Browser = { deviceTokens: [] }
  for (const id of ids) await logIn(browser, id)

  const copy = { ...browser }
  let honestUnknown = 0
  for (const id of ids) {
    clock.advance(minutes(1) + random() * hours(72))
    if (!(await isKnownDevice(database, id, browser.deviceTokens))) honestUnknown += 1
    await logIn(browser, id)
  }
  const otherUser = randomUUID()
  await database.user.create({ data: userRow({ id: otherUser }) })
  await logIn(browser, otherUser)
  const known = [...ids, otherUser].map((id) => isKnownDevice(database, id, copy.deviceTokens))
  return { honestUnknown, isThiefKnown: (await Promise.all(known)).includes(true) }
}

describe('of 20 browsers whose device cookie was copied', () => {
  test('all stay known to their users, and no copy is once they have logged in again', async () => {
    const lives = []
    for (let seed = 1; seed <= LIVES; seed++) lives.push(await live(seed))

    expect(lives.filter(({ honestUnknown }) => honestUnknown > 0)).toHaveLength(0)
    expect(lives.filter(({ isThiefKnown }) => isThiefKnown)).toHaveLength(0)
  })

  test('the copy is known until then', async () => {
    const data = userRow()
    await database.user.create({ data })
    const browser: Browser = { deviceTokens: [] }
    await logIn(browser, data.id)

    expect(await isKnownDevice(database, data.id, [...browser.deviceTokens])).toBe(true)
  })
})
