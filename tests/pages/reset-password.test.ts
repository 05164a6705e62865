import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  findUser,
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  listEvents,
  NEW_PASSWORD,
  newPassword,
  openLink,
  postLink,
} from '../support/journeys.ts'
import { findNotices } from '../support/mails.ts'
import { isLoggedIn, logIn, type Person, register, registerAndRemember } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const logInWith = async (person: Person, password: string) =>
  (await logIn(site.browse(), { ...person, password })).status

describe('a link for a forgotten password', () => {
  test('sets a new one, which logs in from then on, and the old one does not', async () => {
    const ada = await register(site)
    const browser = site.browse()

    const shown = await openLink(browser, await forgetPassword(site, ada))
    const answer = await postLink(browser, '/reset-password', newPassword)
    const login = await browser.follow(answer)

    expect(shown.text).toContain(ada.username)
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(login.text)).toEqual(['Your new password is set. Log in with it.'])
    expect(await logInWith(ada, NEW_PASSWORD)).toBe(303)
    expect(await logInWith(ada, ada.password)).toBe(422)
  })

  test('logs no user in by itself', async () => {
    const browser = site.browse()

    await followLink(browser, await forgetPassword(site, await register(site)), newPassword)

    expect(browser.valueOf('session')).toBeUndefined()
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('ends every session and every remembered browser', async () => {
    const ada = await registerAndRemember(site)
    const asleep = site.browse().copyCookies(ada.browser)
    asleep.restart()

    await followLink(site.browse(), await forgetPassword(site, ada), newPassword)

    expect(await isLoggedIn(ada.browser)).toBe(false)
    expect(await isLoggedIn(asleep)).toBe(false)
  })

  test('tells the owner, in the account and by mail', async () => {
    const ada = await register(site)

    await followLink(site.browse(), await forgetPassword(site, ada), newPassword)

    expect(await listEvents(site, ada)).toContain('password-reset')
    expect(await findNotices(site, ada.email)).toContain('New password chosen through a link')
  })

  test('verifies the email by the way: the user who opened it reads that mailbox', async () => {
    const ada = await register(site)

    await followLink(site.browse(), await forgetPassword(site, ada), newPassword)

    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: site.clock.now() })
  })

  test.each([
    [minutes(60) - seconds(1), 303],
    [minutes(60), 422],
  ])('is good for 60 minutes: after %i ms it is answered by %i', async (wait, status) => {
    const link = await forgetPassword(site, await register(site))

    site.clock.advance(wait)

    expect((await followLink(site.browse(), link, newPassword)).status).toBe(status)
  })

  test('ends in the middle, too: opened in time and sent too late', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    await browser.visit(link)

    site.clock.advance(minutes(60))

    expect((await postLink(browser, link, newPassword)).status).toBe(422)
  })

  test('works once', async () => {
    const ada = await register(site)
    const link = await forgetPassword(site, ada)
    const another = 'teal walrus lantern 44 fig'

    await followLink(site.browse(), link, newPassword)
    const again = await followLink(site.browse(), link, { password: another, confirm: another })

    expect(again.status).toBe(422)
    expect(again.text).toContain(LINK_IS_OVER)
    expect(again.text).toContain('href="/forgot-password"')
    expect(await logInWith(ada, another)).toBe(422)
  })

  test('gives one success to two who send it at the same time', async () => {
    const ada = await register(site)
    const link = await forgetPassword(site, ada)
    const passwords = ['teal walrus lantern 44 fig', 'amber kettle glacier 93 oboe']

    const answers = await Promise.all(
      passwords.map((each) => followLink(site.browse(), link, { password: each, confirm: each })),
    )
    const logins = [
      await logInWith(ada, passwords[0] ?? ''),
      await logInWith(ada, passwords[1] ?? ''),
    ]

    const statuses = answers.map(({ status }) => status)
    expect([...statuses].sort()).toEqual([303, 422])
    expect(logins).toEqual(statuses)
  })

  test('dies with a change of the password', async () => {
    const ada = await register(site)
    const link = await forgetPassword(site, ada)

    await ada.browser.submit('/account/password', { current: ada.password, ...newPassword })

    expect((await followLink(site.browse(), link, newPassword)).status).toBe(422)
  })
})
