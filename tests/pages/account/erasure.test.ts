import { afterAll, describe, expect, test } from 'vitest'
import { eraseDueAccounts } from '../../../src/accounts/erasure.ts'
import { days, seconds } from '../../../src/durations.ts'
import { openTestApp } from '../../support/app.ts'
import { readErrors } from '../../support/html.ts'
import { deleteAccount, findUser, forgetPassword } from '../../support/journeys.ts'
import { logIn, register, registerAndRemember, userFields } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const erase = () => eraseDueAccounts(site.database, site.clock.now())

/** How many rows of each table still belong to a user. */
async function countRows(userId: string) {
  const { database } = site
  const where = { userId }
  return {
    users: await database.user.count({ where: { id: userId } }),
    devices: await database.device.count({ where }),
    sessions: await database.session.count({ where }),
    series: await database.rememberSeries.count({ where }),
    links: await database.emailLink.count({ where }),
    events: await database.securityEvent.count({ where }),
    mails: await database.outboxMessage.count({ where }),
  }
}

const NOTHING = { users: 0, devices: 0, sessions: 0, series: 0, links: 0, events: 0, mails: 0 }

describe('an account whose deletion is due', () => {
  test('is kept for 14 days, and then erased with everything that hangs on it', async () => {
    const ada = await registerAndRemember(site)
    // What the browser that leaves has is gone at once: this one keeps session and series.
    await logIn(site.browse(), ada, { remember: 'on' })
    await forgetPassword(site, ada)
    const { id } = await findUser(site, ada)
    await deleteAccount(site, ada)

    site.clock.advance(days(14) - seconds(1))
    const early = await erase()
    const kept = await countRows(id)
    site.clock.advance(seconds(1))
    const due = await erase()

    expect([early, due]).toEqual([0, 1])
    for (const count of Object.values(kept)) expect(count).toBeGreaterThan(0)
    expect(await countRows(id)).toEqual(NOTHING)
  })

  test('leaves every other account alone', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const { id } = await findUser(site, bob)
    const before = await countRows(id)
    await deleteAccount(site, ada)

    site.clock.advance(days(14))
    await erase()

    expect(await countRows(id)).toEqual(before)
    expect((await logIn(site.browse(), bob)).status).toBe(303)
  })

  test('leaves its email in no row of any table', async () => {
    const ada = await registerAndRemember(site)
    await site.browse().submit('/forgot-password', { email: ada.email })
    await ada.browser.submit('/account', { email: `new.${ada.email}` })
    await deleteAccount(site, ada)

    site.clock.advance(days(14))
    await erase()

    const { database } = site
    const rows = JSON.stringify([
      await database.user.findMany(),
      await database.emailLink.findMany(),
      await database.outboxMessage.findMany(),
      await database.securityEvent.findMany(),
      await database.session.findMany(),
    ])
    expect(rows).not.toContain(ada.email)
  })

  test('keeps user name and email from all other users until then, and frees them after', async () => {
    const ada = await register(site)
    await deleteAccount(site, ada)
    const name = { username: ada.username.toUpperCase(), email: 'other@example.org' }
    const email = { username: 'other', email: ada.email.toUpperCase() }
    const attempt = (fields: typeof name) => site.browse().submit('/register', userFields(fields))

    site.clock.advance(days(14) - seconds(1))
    const early = [await attempt(name), await attempt(email)]
    site.clock.advance(seconds(1))
    await erase()
    const late = await attempt({ username: ada.username, email: ada.email })

    expect(early.map(({ text }) => readErrors(text)[0])).toEqual([
      'That user name is already taken.',
      'That email is already taken.',
    ])
    expect(late.status).toBe(303)
  })
})
