import { randomUUID } from 'node:crypto'
import type { Response } from 'supertest'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { findUser } from '../support/journeys.ts'
import { listSitePages } from '../support/pages.ts'
import { register } from '../support/users.ts'

// A user who is logged in changes things too: rows, events and emails.

const site = await openTestApp({ THROTTLE: 'on' })
afterAll(site.close)
afterEach(() => site.database.attemptCounter.deleteMany())

const forUsers = listSitePages(site).filter(
  (page) => page.post && ['logged-in', 'fresh'].includes(page.for),
)

async function repeat(times: number, send: (time: number) => Promise<Response>) {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await send(time)).status)
  return statuses
}

describe('a form that a user sends', () => {
  test.each(forUsers)('at $path is counted', async ({ path }) => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/logout')
    await site.database.attemptCounter.deleteMany()

    await browser.post(path, { _csrf })

    expect(await site.database.attemptCounter.count()).toBeGreaterThanOrEqual(3)
  })
})

describe('in an hour, one browser may', () => {
  test('change the profile 30 times', async () => {
    const { browser, username, email } = await register(site)
    const _csrf = await browser.takeToken('/account')

    const statuses = await repeat(31, (time) =>
      browser.post('/account', { _csrf, username, email, name: `Ada ${time % 2}` }),
    )

    expect(statuses).toEqual([...Array(30).fill(303), 429])
    expect(await findUser(site, { username })).toMatchObject({ name: 'Ada 1' })
  })

  test.each([
    ['revoke other browsers', '/account/devices/revoke-others', 30],
    ['revoke another browser', `/account/devices/${randomUUID()}/revoke`, 30],
    ['take out the data', '/account/export', 10],
    ['keep the email', '/account/keep-email', 30],
    ['have the email verified', '/account/verify-email', 5],
  ])('%s, at %s, %i times', async (_, path, most) => {
    const { browser } = await register(site)

    const statuses = await repeat(most + 1, async () => {
      const _csrf = await browser.takeToken('/logout')
      return browser.post(path, { _csrf })
    })

    expect(statuses.indexOf(429)).toBe(most)
  })
})

describe('a user who asks which user names are taken', () => {
  test('is told of 20 an hour', async () => {
    const bob = await register(site)
    const { browser, username, email } = await register(site)
    const _csrf = await browser.takeToken('/account')
    const ask = () => browser.post('/account', { _csrf, username: bob.username, email })

    const statuses = await repeat(21, ask)
    const save = await browser.post('/account', { _csrf, username, email, name: 'Ada' })

    expect(statuses).toEqual([...Array(20).fill(422), 429])
    expect(save.status).toBe(303)
  })
})
