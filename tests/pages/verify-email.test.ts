import { afterAll, describe, expect, test } from 'vitest'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  findUser,
  followLink,
  LINK_IS_OVER,
  listEvents,
  NEW_PASSWORD,
  newPassword,
  openLink,
  postLink,
} from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { isLoggedIn, logIn, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const confirmationOf = (email: string) => readLink(site, email, 'verify-email')

describe('a new account', () => {
  test('can be used before its address is confirmed, and says on the profile that it is not', async () => {
    const ada = await register(site)

    const profile = await ada.browser.visit('/account')

    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: null })
    expect(profile.text).toContain('Your email address is not confirmed yet.')
  })

  test('has its address confirmed in the browser that registered, and loses nothing by it', async () => {
    const ada = await register(site)
    const elsewhere = site.browse()
    await logIn(elsewhere, ada)

    const shown = await openLink(ada.browser, await confirmationOf(ada.email))
    const answer = await postLink(ada.browser, '/verify-email')
    const dashboard = await ada.browser.follow(answer)

    expect(shown.text).toContain(`<bdi>${ada.email}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual(['Your email address is confirmed.'])
    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: site.clock.now() })
    expect(await isLoggedIn(elsewhere)).toBe(true)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
    expect((await ada.browser.visit('/account')).text).not.toContain('not confirmed yet')
    expect(await listEvents(site, ada)).toContain('email-verified')
  })

  test('keeps its password when the link is opened in another browser that is logged in to it', async () => {
    const ada = await register(site)
    const phone = site.browse()
    await logIn(phone, ada)

    const shown = await openLink(phone, await confirmationOf(ada.email))
    const answer = await postLink(phone, '/verify-email')

    expect(shown.text).not.toContain('You then choose a new password')
    expect(answer.headers.location).toBe('/dashboard')
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test('tells whoever opens the link in an unknown browser that a new password comes next', async () => {
    const ada = await register(site)

    const shown = await openLink(site.browse(), await confirmationOf(ada.email))

    expect(shown.text).toContain('You then choose a new password')
  })

  test('is sent another link when asked, which replaces the first', async () => {
    const ada = await register(site)
    const first = await confirmationOf(ada.email)
    site.clock.advance(seconds(1))

    const answer = await ada.browser.submit('/account', {}, '/account/verify-email')
    const second = await confirmationOf(ada.email)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await followLink(ada.browser, first)).status).toBe(422)
    expect((await followLink(ada.browser, second)).headers.location).toBe('/dashboard')
  })

  test.each([
    [days(7) - seconds(1), 303],
    [days(7), 422],
  ])('can be confirmed for 7 days: after %i ms it is answered by %i', async (wait, status) => {
    const { email } = await register(site)
    const link = await confirmationOf(email)

    site.clock.advance(wait)

    const answer = await followLink(site.browse(), link)
    expect(answer.status).toBe(status)
    expect(answer.text.includes(LINK_IS_OVER)).toBe(status === 422)
  })
})

describe('somebody who registered with the address of another', () => {
  test('is out, with password and session and kept cookie, once its owner confirms it', async () => {
    const impostor = await register(site)
    const remembered = site.browse()
    await logIn(remembered, impostor, { remember: 'on' })

    await followLink(site.browse(), await confirmationOf(impostor.email))

    expect(await isLoggedIn(impostor.browser)).toBe(false)
    expect(await isLoggedIn(remembered)).toBe(false)
    remembered.restart()
    expect(await isLoggedIn(remembered)).toBe(false)
    expect((await logIn(site.browse(), impostor)).status).toBe(422)
  })

  test('leaves the account to the owner, who chooses a password and is logged in by it only', async () => {
    const impostor = await register(site)
    const owner = site.browse()

    const answer = await followLink(owner, await confirmationOf(impostor.email))
    const page = await owner.follow(answer)
    const before = await isLoggedIn(owner)
    const reset = await owner.submit('/reset-password', newPassword)
    const login = await logIn(owner, { ...impostor, password: NEW_PASSWORD })

    expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
    expect(readFlashes(page.text)).toEqual([
      'Your email address is confirmed.',
      'Choose a new password: the one before may not have been yours.',
    ])
    expect(before).toBe(false)
    expect([reset.headers.location, login.headers.location]).toEqual(['/login', '/dashboard'])
  })

  test('cannot keep it by a change of address that they had asked for', async () => {
    const impostor = await register(site)
    await impostor.browser.submit('/account', { email: 'impostor@example.org' })
    const waiting = await readLink(site, 'impostor@example.org', 'verify-new-email')

    await followLink(site.browse(), await confirmationOf(impostor.email))
    const answer = await followLink(impostor.browser, waiting)

    expect(answer.status).toBe(422)
    expect(await findUser(site, impostor)).toMatchObject({ email: impostor.email })
  })

  test('is not let in by a device cookie that they made up', async () => {
    const ada = await register(site)
    const stranger = site.browse()
    stranger.cookies.set('device', { value: 's:made.up', attributes: {}, expiresAt: null })

    const answer = await followLink(stranger, await confirmationOf(ada.email))

    expect(answer.headers.location).toBe('/reset-password')
  })
})
