import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { logInElsewhere, onlyRemembered } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, readFlashes } from '../support/html.ts'
import { isLoggedIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const DELETE = '/reauthenticate?next=%2Faccount%2Fdelete'

const confirm = (browser: Browser, path = '/reauthenticate', password = PASSWORD) =>
  browser.submit(path, { password })

describe('a login', () => {
  test.each([10, 1])('is fresh until FRESH_MINUTES are over (%i)', async (count) => {
    const timed = await openTestApp({ FRESH_MINUTES: String(count) })
    const { browser } = await register(timed)

    timed.clock.advance(minutes(count) - seconds(1))
    const inTime = await browser.visit('/account/delete')
    timed.clock.advance(seconds(1))
    const late = await browser.visit('/account/delete')
    await timed.close()

    expect(inTime.status).toBe(200)
    expect([late.status, late.headers.location]).toEqual([302, DELETE])
  })

  test('that was remembered is not fresh, however recent', async () => {
    const ada = await register(site)
    const browser = onlyRemembered(site, await logInElsewhere(site, ada))

    const refused = await browser.visit('/account/delete')
    const page = await browser.follow(refused)

    expect([refused.status, refused.headers.location]).toEqual([302, DELETE])
    expect(readFlashes(page.text)).toEqual(['Please reauthenticate to access this page.'])
  })

  test('that is not fresh is told so in JSON where that is preferred', async () => {
    const { browser } = await register(site)
    site.clock.advance(minutes(11))

    const answer = await browser.visit('/account/delete', { Accept: 'application/json' })

    expect([answer.status, answer.body]).toEqual([401, { error: 'login_required' }])
  })
})

describe('POST /reauthenticate', () => {
  test('goes on where the visitor was, fresh from then on, under a new session id', async () => {
    const { browser } = await register(site)
    site.clock.advance(minutes(11))
    const before = site.browse().copyCookies(browser)
    const refused = await browser.visit('/account/delete?from=here')

    const answer = await confirm(browser, String(refused.headers.location))
    const page = await browser.follow(answer)
    site.clock.advance(minutes(10) - seconds(1))
    const inTime = await browser.visit('/account/delete')
    site.clock.advance(seconds(1))
    const late = await browser.visit('/account/delete')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/delete?from=here'])
    expect([page.status, inTime.status, late.status]).toEqual([200, 200, 302])
    expect(await isLoggedIn(before)).toBe(false)
  })

  test('leaves forms in other tabs good', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/account')
    await confirm(browser)

    const answer = await browser.post('/account/password', { _csrf })

    expect(answer.status).toBe(422)
  })

  test('keeps a remembered browser remembered', async () => {
    const ada = await register(site)
    const browser = onlyRemembered(site, await logInElsewhere(site, ada))

    await confirm(browser)

    expect((await browser.visit('/account/delete')).status).toBe(200)
    expect(await isLoggedIn(onlyRemembered(site, browser))).toBe(true)
  })

  test('refuses a wrong password, keeps where to go on, and makes nothing fresh', async () => {
    const { browser } = await register(site)
    site.clock.advance(minutes(11))

    const answer = await confirm(browser, DELETE, 'not my password')
    const blank = await confirm(browser, DELETE, '')

    expect([answer.status, readErrors(answer.text)]).toEqual([422, ['Wrong password.']])
    expect([blank.status, readErrors(blank.text)]).toEqual([422, ['Enter your password.']])
    expect(answer.text).toContain('name="next" value="/account/delete"')
    expect(answer.text).not.toContain('not my password')
    expect((await browser.visit('/account/delete')).status).toBe(302)
  })

  test('can be guessed ten times', async () => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const { browser } = await register(guarded)

    const statuses: number[] = []
    for (let each = 0; each < 11; each++) {
      statuses.push((await confirm(browser, '/reauthenticate', 'not my password')).status)
    }
    const right = await confirm(browser)
    await guarded.close()

    expect(statuses).toEqual([...Array(10).fill(422), 429])
    expect(right.status).toBe(429)
  })

  test.each([
    '//evil.example',
    'https://evil.example/',
    '/\\evil.example',
    '/.//evil.example',
    '/%09/evil.example/..//x',
    'javascript:alert(1)',
    'account',
    '',
  ])('never leaves the site: %s', async (next) => {
    const { browser } = await register(site)
    const page = await browser.visit(`/reauthenticate?${new URLSearchParams({ next })}`)
    const _csrf = await browser.takeToken('/account')

    const answer = await browser.post('/reauthenticate', { _csrf, password: PASSWORD, next })

    expect(page.text).not.toContain('evil.example"')
    expect(answer.status).toBe(303)
    const { origin, pathname } = new URL(String(answer.headers.location), 'http://here.example')
    expect([origin, pathname.startsWith('//')]).toEqual(['http://here.example', false])
  })
})
