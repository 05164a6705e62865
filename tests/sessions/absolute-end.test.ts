import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { logInElsewhere, onlyRemembered } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { isLoggedIn, PASSWORD, register, registerAndRemember } from '../support/users.ts'

const site = await openTestApp({ SESSION_MAX_HOURS: '1', FRESH_MINUTES: '120' })
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'

const RENEWALS: [string, (browser: Browser) => Promise<unknown>][] = [
  ['logging out all others', (browser) => browser.submit('/account/devices', {}, OTHERS)],
  [
    'changing the password',
    (browser) =>
      browser.submit('/account/password', { current: PASSWORD, password: NEXT, confirm: NEXT }),
  ],
]

const OTHERS = '/account/devices/revoke-others'

/** Reads on, so that the session does not end by idleness. */
async function stayFor(browser: Browser, wait: number): Promise<void> {
  for (let left = wait; left > 0; left -= minutes(20)) {
    site.clock.advance(Math.min(left, minutes(20)))
    await browser.visit('/dashboard')
  }
}

describe('SESSION_MAX_HOURS', () => {
  test.each(RENEWALS)('counts from the last password and not from %s', async (_, renew) => {
    const ada = await register(site)
    await logInElsewhere(site, ada)
    await stayFor(ada.browser, minutes(55))
    const before = ada.browser.valueOf('session')

    await renew(ada.browser)
    const renewed = ada.browser.valueOf('session')
    site.clock.advance(minutes(5) - seconds(1))
    const lastMoment = await isLoggedIn(ada.browser)
    site.clock.advance(seconds(1))

    expect(renewed).not.toBe(before)
    expect(lastMoment).toBe(true)
    expect(await isLoggedIn(ada.browser)).toBe(false)
  })

  test('counts from a password that was given again', async () => {
    const { browser, password } = await register(site)
    await stayFor(browser, minutes(55))

    await browser.submit('/reauthenticate', { password })
    await stayFor(browser, minutes(59))

    expect(await isLoggedIn(browser)).toBe(true)
    site.clock.advance(minutes(1))
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('counts from the restoring where a remember cookie restored the session', async () => {
    const { browser: owner } = await registerAndRemember(site)
    const browser = onlyRemembered(site, owner)
    await isLoggedIn(browser)
    browser.cookies.delete('remember')

    await stayFor(browser, minutes(59))
    const lastMinute = await isLoggedIn(browser)
    site.clock.advance(minutes(1))

    expect(lastMinute).toBe(true)
    expect(await isLoggedIn(browser)).toBe(false)
  })
})

describe('a session that a remember cookie restored', () => {
  test('ends with its series, however often it was renewed', async () => {
    const long = await openTestApp({ SESSION_MAX_HOURS: '48', REMEMBER_DAYS: '1' }, site)
    const { browser: owner } = await registerAndRemember(long)
    site.clock.advance(days(1) - minutes(20))
    const browser = onlyRemembered(long, owner)
    const fields = { current: PASSWORD, password: NEXT, confirm: NEXT }
    const renewal = await browser.submit('/account/password', fields)

    site.clock.advance(minutes(20) - seconds(1))
    const lastMoment = await isLoggedIn(browser)
    site.clock.advance(seconds(1))

    expect([renewal.status, lastMoment]).toEqual([303, true])
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('lives on when the password was given in it', async () => {
    const long = await openTestApp({ SESSION_MAX_HOURS: '48', REMEMBER_DAYS: '1' }, site)
    const { browser: owner, password } = await registerAndRemember(long)
    site.clock.advance(days(1) - minutes(20))
    const browser = onlyRemembered(long, owner)
    await browser.submit('/reauthenticate', { password })

    site.clock.advance(minutes(25))

    expect(await isLoggedIn(browser)).toBe(true)
    await stayFor(browser, hours(40))
    expect(await isLoggedIn(browser)).toBe(true)
  })
})
