import { afterAll, describe, expect, test } from 'vitest'
import { eraseDueAccounts } from '../../src/accounts/erasure.ts'
import { disableUser } from '../../src/accounts/operations.ts'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  deleteAccount,
  findUser,
  followLink,
  LINK_IS_OVER,
  listEvents,
  openLink,
} from '../support/journeys.ts'
import { findNotices } from '../support/mails.ts'
import { isLoggedIn, logIn, register, registerVerified } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('the link in the email about a deletion', () => {
  test('gives the account back as it was, says so, and logs no user in', async () => {
    const ada = await register(site)
    const link = await deleteAccount(site, ada)
    const browser = site.browse()

    const shown = await openLink(browser, link)
    const answer = await followLink(browser, link)
    const login = await browser.follow(answer)

    expect(shown.text).toContain(`<bdi>${ada.username}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(login.text)).toEqual(['Your account is back. Log in as before.'])
    expect(await isLoggedIn(browser)).toBe(false)
    expect((await logIn(browser, ada)).headers.location).toBe('/dashboard')
  })

  test('is an event, and the owner is told', async () => {
    const ada = await registerVerified(site)

    await followLink(site.browse(), await deleteAccount(site, ada))

    expect(await listEvents(site, ada)).toContain('restored')
    expect(await findNotices(site, ada.email)).toContain('Account restored')
  })

  test('brings no session back that ended when they left', async () => {
    const ada = await register(site)
    const copy = site.browse().copyCookies(ada.browser)

    await followLink(site.browse(), await deleteAccount(site, ada))

    expect(await isLoggedIn(copy)).toBe(false)
  })

  test.each([
    [days(14) - seconds(1), 303],
    [days(14), 422],
  ])('is good for 14 days: after %i ms it is answered by %i', async (wait, status) => {
    const ada = await register(site)
    const link = await deleteAccount(site, ada)

    site.clock.advance(wait)
    await eraseDueAccounts(site.database, site.clock.now())
    const answer = await followLink(site.browse(), link)

    expect(answer.status).toBe(status)
    expect(answer.text.includes(LINK_IS_OVER)).toBe(status === 422)
  })

  test('keeps the account from being erased on the day', async () => {
    const ada = await register(site)
    await followLink(site.browse(), await deleteAccount(site, ada))

    site.clock.advance(days(15))
    await eraseDueAccounts(site.database, site.clock.now())

    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test('works once, and not for a second time that they leave', async () => {
    const ada = await register(site)
    const link = await deleteAccount(site, ada)
    await followLink(site.browse(), link)
    const again = await followLink(site.browse(), link)
    await logIn(ada.browser, ada)
    site.clock.advance(seconds(1))

    const second = await deleteAccount(site, ada)

    expect(again.status).toBe(422)
    expect((await followLink(site.browse(), link)).status).toBe(422)
    expect((await followLink(site.browse(), second)).status).toBe(303)
  })

  test('does not overrule an operator who has disabled the account since', async () => {
    const ada = await register(site)
    const link = await deleteAccount(site, ada)
    const { id } = await findUser(site, ada)
    await disableUser({ database: site.database, clock: site.clock.now }, id)

    const answer = await followLink(site.browse(), link)

    expect(answer.status).toBe(422)
    expect(await findUser(site, ada)).toMatchObject({ disabledAt: site.clock.now() })
  })
})
