import { afterAll, describe, expect, test } from 'vitest'
import { requestVerification, verifyEmail } from '../../src/accounts/email-addresses.ts'
import { findLink } from '../../src/accounts/email-links.ts'
import { findUser as findUserById } from '../../src/accounts/users.ts'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, readFlashes } from '../support/html.ts'
import {
  findUser,
  followLink,
  LINK_IS_OVER,
  listEvents,
  markVerified,
  NEW_PASSWORD,
  newPassword,
  openLink,
  postLink,
} from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { isLoggedIn, logIn, register, registerVerified } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const linkTo = (email: string) => readLink(site, email, 'verify-email')

describe('a new account', () => {
  test('can be used before its email is verified, and says on the profile that it is not', async () => {
    const ada = await register(site)

    const profile = await ada.browser.visit('/account')

    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: null })
    expect(profile.text).toContain('Your email is not verified yet.')
  })

  test('verifies its email in the browser that registered, and loses nothing by it', async () => {
    const ada = await register(site)
    const elsewhere = site.browse()
    await logIn(elsewhere, ada)

    const shown = await openLink(ada.browser, await linkTo(ada.email))
    const answer = await postLink(ada.browser, '/verify-email')
    const dashboard = await ada.browser.follow(answer)

    expect(shown.text).toContain(`<bdi>${ada.email}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual(['The email is verified.'])
    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: site.clock.now() })
    expect(await isLoggedIn(elsewhere)).toBe(true)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
    expect((await ada.browser.visit('/account')).text).not.toContain('not verified yet')
    expect(await listEvents(site, ada)).toContain('email-verified')
  })

  test('is named in its own browser where another user has logged in', async () => {
    const [ada, eve] = [await register(site), await register(site)]
    await ada.browser.submit('/logout')
    await logIn(ada.browser, eve)

    const shown = await openLink(ada.browser, await linkTo(ada.email))

    expect(shown.text).toContain(`the account <strong><bdi>${ada.username}</bdi></strong>`)
  })

  test('keeps its password when the link is opened in another browser that is logged in to it', async () => {
    const ada = await register(site)
    const phone = site.browse()
    await logIn(phone, ada)

    const shown = await openLink(phone, await linkTo(ada.email))
    const answer = await postLink(phone, '/verify-email')

    expect(shown.text).not.toContain('Enter the password that you chose')
    expect(answer.headers.location).toBe('/dashboard')
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test.each([
    ['is logged out by now', (browser: Browser) => browser.submit('/logout')],
    ['has lost its device cookie', async (browser: Browser) => browser.cookies.delete('device')],
  ])('asks the browser that registered for no password where it %s', async (_, change) => {
    const ada = await register(site)
    await change(ada.browser)

    const shown = await openLink(ada.browser, await linkTo(ada.email))
    const answer = await postLink(ada.browser, '/verify-email')

    expect(shown.text).not.toContain('Enter the password that you chose')
    expect(answer.status).toBe(303)
    expect((await findUser(site, ada)).emailVerifiedAt).toEqual(site.clock.now())
  })

  test('asks any other browser for the password; the right one verifies and changes nothing else', async () => {
    const ada = await register(site)
    const phone = site.browse()

    const shown = await openLink(phone, await linkTo(ada.email))
    const wrong = await postLink(phone, '/verify-email', { password: 'a guess' })
    const none = await postLink(phone, '/verify-email')
    const right = await postLink(phone, '/verify-email', { password: ada.password })

    expect(shown.text).toContain('Enter the password that you chose at registration')
    expect(readErrors(wrong.text)).toEqual(['Wrong password.'])
    expect(readErrors(none.text)).toEqual(['Enter your password.'])
    expect([wrong.status, none.status, right.status]).toEqual([422, 422, 303])
    expect(right.headers.location).toBe('/login')
    expect(await findUser(site, ada)).toMatchObject({ emailVerifiedAt: site.clock.now() })
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test('bounds the guesses at that password', async () => {
    const limited = await openTestApp({ THROTTLE: 'on' }, site)
    const ada = await register(site)
    const guesser = limited.browse()
    await guesser.visit(await linkTo(ada.email))
    const statuses: number[] = []

    for (let count = 0; count < 12; count++) {
      statuses.push((await postLink(guesser, '/verify-email', { password: 'a guess' })).status)
    }

    expect(statuses).toEqual([...Array(5).fill(422), ...Array(7).fill(429)])
  })

  test('gets no link once its email is verified, and an older one does nothing', async () => {
    const ada = await registerVerified(site)
    const link = await linkTo(ada.email)
    const before = (await findMails(site, ada.email, 'verify-email')).length

    const _csrf = await ada.browser.takeToken('/account')
    const asked = await ada.browser.post('/account/verify-email', { _csrf })
    const opened = await followLink(site.browse(), link, { unknown: '1' })

    expect(asked.status).toBe(303)
    expect(await findMails(site, ada.email, 'verify-email')).toHaveLength(before)
    expect(opened.status).toBe(422)
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test('is verified once, and gets no other link, of two requests that were under way', async () => {
    const { accounts } = site.services
    const ada = await register(site)
    const { id: userId } = await findUser(site, ada)
    const unverified = await findUserById(accounts, userId)
    const [row] = await findMails(site, ada.email, 'verify-email')
    const link = await findLink(accounts, row?.linkId ?? '', ['verify-email'])
    if (!unverified || !link) throw new Error('Nothing to verify')
    await markVerified(site, ada)

    await requestVerification(accounts, unverified.email, { browser: 'Edge' })

    expect(await verifyEmail(accounts, link, { browser: 'Edge' })).toBe(false)
    expect(await findMails(site, ada.email, 'verify-email')).toHaveLength(1)
    expect(await listEvents(site, ada)).not.toContain('email-verified')
  })

  test('is sent another link when asked; the first works on, and using one ends the other', async () => {
    const ada = await register(site)
    const first = await linkTo(ada.email)
    site.clock.advance(seconds(1))

    const answer = await ada.browser.submit('/account', {}, '/account/verify-email')
    const second = await linkTo(ada.email)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await followLink(ada.browser, first)).headers.location).toBe('/dashboard')
    expect((await followLink(ada.browser, second)).status).toBe(422)
  })

  test.each([
    [days(7) - seconds(1), 303],
    [days(7), 422],
  ])('can be verified for 7 days: after %i ms it is answered by %i', async (wait, status) => {
    const { email, password } = await register(site)
    const link = await linkTo(email)

    site.clock.advance(wait)

    const answer = await followLink(site.browse(), link, { password })
    expect(answer.status).toBe(status)
    expect(answer.text.includes(LINK_IS_OVER)).toBe(status === 422)
  })
})

describe('an impostor who registered with the email of another person', () => {
  const startOver = async (browser: Browser, email: string) => {
    const answer = await followLink(browser, await linkTo(email), { unknown: '1' })
    const page = await browser.follow(answer)
    const reset = await browser.submit('/reset-password', newPassword)
    return { answer, page, reset }
  }

  test('is out, with password, session and remembered browser, once that person chooses a password', async () => {
    const impostor = await register(site)
    const remembered = site.browse()
    await logIn(remembered, impostor, { remember: 'on' })
    const owner = site.browse()

    const { answer, page, reset } = await startOver(owner, impostor.email)
    const login = await logIn(owner, { ...impostor, password: NEW_PASSWORD })

    expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
    expect(readFlashes(page.text)).toEqual([expect.stringContaining('Choose a new password')])
    expect([reset.headers.location, login.headers.location]).toEqual(['/login', '/dashboard'])
    expect(await findUser(site, impostor)).toMatchObject({ emailVerifiedAt: expect.any(Date) })
    expect(await isLoggedIn(impostor.browser)).toBe(false)
    expect(await isLoggedIn(remembered)).toBe(false)
    remembered.restart()
    expect(await isLoggedIn(remembered)).toBe(false)
    expect((await logIn(site.browse(), impostor)).status).toBe(422)
  })

  test('cannot keep the account by a change of email that was requested before', async () => {
    const impostor = await register(site)
    await impostor.browser.submit('/account', { email: 'impostor@example.org' })
    const waiting = await readLink(site, 'impostor@example.org', 'verify-new-email')

    await startOver(site.browse(), impostor.email)
    const answer = await followLink(impostor.browser, waiting)

    expect(answer.status).toBe(422)
    expect(await findUser(site, impostor)).toMatchObject({ email: impostor.email })
  })

  test('is asked for the password where the device cookie is made up', async () => {
    const ada = await register(site)
    const visitor = site.browse()
    visitor.cookies.set('device', { value: 's:made.up', attributes: {}, expiresAt: null })

    const shown = await openLink(visitor, await linkTo(ada.email))

    expect(shown.text).toContain('Enter the password that you chose at registration')
  })
})
