import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { listDevices } from '../support/device-rows.ts'
import { findUser } from '../support/journeys.ts'
import { logIn, type Person, register, registerAndRemember } from '../support/users.ts'

// A login costs no more than a password that is known: repeated for a month it must not make a page that is
// too long to show.

const MOST_DEVICES = 100

const site = await openTestApp()
afterAll(site.close)

/** Devices that the user has logged in with later than with the one they have now. */
async function addDevices(person: Person, count: number) {
  const { id: userId } = await findUser(site, person)
  const { database, clock } = site
  const [device] = await database.device.findMany({ where: { userId } })
  const copies = Array.from({ length: count }, (_, index) => {
    const at = new Date(clock.now().getTime() + seconds(index + 1))
    return { ...device, id: randomUUID(), tokenHash: randomUUID(), lastSeenAt: at } as never
  })
  await database.device.createMany({ data: copies })
  site.clock.advance(seconds(count + 2))
}

test('a login with one device too many ends the one that was not seen for longest', async () => {
  const ada = await register(site)
  await addDevices(ada, MOST_DEVICES - 1)
  expect((await ada.browser.visit('/dashboard')).status).toBe(200)

  const other = await logInElsewhere(site, ada)

  expect((await ada.browser.visit('/dashboard')).status).toBe(302)
  expect((await other.visit('/dashboard')).status).toBe(200)
  const { id: userId } = await findUser(site, ada)
  expect(await site.database.device.count({ where: { userId } })).toBe(MOST_DEVICES)
  expect(await listDevices(other)).toHaveLength(1)
})

test('a browser that is remembered again and again has five series, and the latest works', async () => {
  const ada = await register(site)
  for (let time = 0; time < 8; time++) {
    site.clock.advance(minutes(1))
    ada.browser.cookies.delete('session')
    ada.browser.cookies.delete('remember')
    await logIn(ada.browser, ada, { remember: 'on' })
  }

  const { id: userId } = await findUser(site, ada)
  expect(await site.database.rememberSeries.count({ where: { userId } })).toBe(5)
  ada.browser.cookies.delete('session')
  expect((await ada.browser.visit('/dashboard')).status).toBe(200)
})

test('a browser that drops its session again and again has twenty sessions, and the latest works', async () => {
  const ada = await registerAndRemember(site)
  const { id: userId } = await findUser(site, ada)
  for (let time = 0; time < 25; time++) {
    site.clock.advance(seconds(1))
    ada.browser.cookies.delete('session')
    expect((await ada.browser.visit('/dashboard')).status).toBe(200)
  }

  const where = { userId, data: { contains: '"startedBy":"remember"' } }
  expect(await site.database.session.count({ where })).toBe(20)
  expect((await ada.browser.visit('/dashboard')).status).toBe(200)
})
