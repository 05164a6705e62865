import { afterAll, describe, expect, test } from 'vitest'
import { disableUser, logOutUser } from '../../src/accounts/operations.ts'
import { hours, minutes, seconds } from '../../src/durations.ts'
import { setCookies } from '../auth/support/browser.ts'
import { logInElsewhere, onlyRemembered } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { revokeOther } from '../support/device-rows.ts'
import { readFlashes } from '../support/html.ts'
import { findUser, followLink, forgetPassword, newPassword } from '../support/journeys.ts'
import { isLoggedIn, logIn, PASSWORD, type Person, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const operator = { database: site.database, clock: site.clock.now }
const PLEASE = 'Please log in to access this page.'
const ENDED = 'Your session has ended.'

/** Asks for a page for users and reads the messages on the page that it leads to. */
async function hear(browser: Browser, path = '/dashboard'): Promise<string[]> {
  return readFlashes((await browser.follow(await browser.visit(path))).text)
}

type End = (ada: Person, other: Browser) => Promise<unknown>

const ENDS: [string, End, string][] = [
  [
    'logged out from another browser',
    ({ browser }) => revokeOther(browser),
    'This browser was logged out from another browser.',
  ],
  [
    'logged out with all others',
    ({ browser }) => browser.submit('/account/devices', {}, '/account/devices/revoke-others'),
    'All browsers but one were logged out, and this one with them.',
  ],
  [
    'logged out by a change of password',
    ({ browser }) => browser.submit('/account/password', { current: PASSWORD, ...newPassword }),
    'Your password was changed, which logged this browser out.',
  ],
  [
    'logged out by a reset of the password',
    async (ada) => followLink(site.browse(), await forgetPassword(site, ada), newPassword),
    'Your password was changed, which logged this browser out.',
  ],
  [
    'logged out by the operator',
    async (ada) => logOutUser(operator, (await findUser(site, ada)).id),
    'The operator of this site logged this browser out.',
  ],
  [
    'logged out because the operator disabled the account',
    async (ada) => disableUser(operator, (await findUser(site, ada)).id),
    'The operator of this site logged this browser out.',
  ],
  [
    'logged out because the account is to be deleted',
    ({ browser, username, password }) => browser.submit('/account/delete', { username, password }),
    'This account is to be deleted, which logged this browser out.',
  ],
  ['idle for too long', async () => site.clock.advance(minutes(30)), ENDED],
  [
    'idle for too long, and swept away since',
    async () => {
      site.clock.advance(minutes(30))
      await site.database.session.deleteMany()
    },
    ENDED,
  ],
  [
    'logged in for too long',
    async (_, other) => {
      for (let half = 0; half < 24; half++) {
        await isLoggedIn(other)
        site.clock.advance(minutes(30) - seconds(1))
      }
      site.clock.advance(seconds(24))
    },
    ENDED,
  ],
]

describe('a browser that was', () => {
  test.each(ENDS)('%s hears why, once', async (_, end, words) => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada, {})
    await other.visit('/dashboard')
    // Of two events at one moment neither is the later.
    site.clock.advance(seconds(1))

    await end(ada, other)

    expect(await hear(other)).toEqual([words, PLEASE])
    expect(other.valueOf('session')).toBeUndefined()
    expect(await hear(other)).toEqual([PLEASE])
  })

  test('logged out hears its own reason, and not that of another browser since', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada, {})
    await other.visit('/dashboard')
    site.clock.advance(seconds(1))
    await ada.browser.submit('/account/password', { current: PASSWORD, ...newPassword })
    site.clock.advance(seconds(1))
    await logInElsewhere(site, { ...ada, ...newPassword }, {})
    await revokeOther(ada.browser)

    expect(await hear(other)).toEqual([
      'Your password was changed, which logged this browser out.',
      PLEASE,
    ])
  })

  test('logged out hears it on whatever page comes first', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada, {})
    await other.visit('/dashboard')
    await revokeOther(ada.browser)

    const page = await other.visit('/login')

    expect(readFlashes(page.text)).toEqual(['This browser was logged out from another browser.'])
  })
})

describe('a browser that', () => {
  test('logged itself out hears nothing of it', async () => {
    const { browser } = await register(site)
    await browser.follow(await browser.submit('/logout'))

    expect(await hear(browser)).toEqual([PLEASE])
  })

  test('was never logged in hears nothing of it', async () => {
    expect(await hear(site.browse())).toEqual([PLEASE])
  })

  test('is remembered hears nothing of it, as it is still logged in', async () => {
    const ada = await register(site)
    const browser = await logInElsewhere(site, ada)
    await browser.visit('/dashboard')

    site.clock.advance(hours(13))
    const page = await browser.visit('/dashboard')

    expect(page.status).toBe(200)
    expect(readFlashes(page.text)).toEqual([])
  })

  test('had its remember cookie copied and used hears that', async () => {
    const ada = await register(site)
    const browser = await logInElsewhere(site, ada)
    await browser.visit('/dashboard')
    const first = onlyRemembered(site, browser)
    const thief = onlyRemembered(site, browser)
    await thief.visit('/dashboard')
    await thief.visit('/dashboard')
    site.clock.advance(minutes(2))
    await first.visit('/dashboard')

    expect(await hear(browser)).toEqual([
      'This browser was logged out: a copy of its “keep me logged in” cookie was used.',
      PLEASE,
    ])
  })

  test('shows a session id that we did not sign is told nothing and asked nothing', async () => {
    const browser = site.browse()
    browser.cookies.set('session', { value: 's%3Aabc.def', attributes: {}, expiresAt: null })

    expect(await hear(browser)).toEqual([PLEASE])
  })

  test('is told is logged in again as before', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada, {})
    await revokeOther(ada.browser)
    await hear(other)

    const answer = await logIn(other, ada)

    expect([answer.status, await isLoggedIn(other)]).toEqual([303, true])
  })
})

describe('the form of an open page whose session is over', () => {
  test.each(['/account', '/account/password', '/account/export'])(
    'is answered by the login page, and nothing is done: %s',
    async (path) => {
      const { browser, username } = await register(site)
      const _csrf = await browser.takeToken('/account')
      site.clock.advance(hours(13))

      const answer = await browser.post(path, { _csrf, name: 'changed', username })
      const page = await browser.follow(answer)

      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
      expect(readFlashes(page.text)).toEqual([PLEASE, ENDED])
      expect((await findUser(site, { username })).name).not.toBe('changed')
    },
  )

  test('is 401 where JSON is preferred', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/account')
    site.clock.advance(hours(13))

    const answer = await browser.post('/account', { _csrf }, { Accept: 'application/json' })

    expect([answer.status, answer.body]).toEqual([401, { error: 'login_required' }])
  })

  test('is refused from another site, and the cookie of its session stays', async () => {
    const { browser } = await register(site)
    site.clock.advance(hours(13))

    const answer = await browser.post('/account', {}, { 'Sec-Fetch-Site': 'cross-site' })

    expect(answer.status).toBe(403)
    expect(setCookies(answer).join()).not.toContain('session=')
  })

  test('is still refused without a token while the session lives', async () => {
    const { browser } = await register(site)

    expect((await browser.post('/account', {})).status).toBe(403)
  })
})
