import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes, seconds } from '../../../src/durations.ts'
import {
  endsOfSeries,
  kindsOf,
  logInElsewhere,
  noticesTo,
  onlyRemembered,
} from '../../support/account.ts'
import { openTestApp } from '../../support/app.ts'
import type { Browser } from '../../support/browser.ts'
import { readFlashes } from '../../support/html.ts'
import { findMailedLink } from '../../support/mailed-link.ts'
import { isLoggedIn, logIn, PASSWORD, register, registerVerified } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'

const changePassword = (browser: Browser) => browser.submit('/account/password', FIELDS)
const FIELDS = { current: PASSWORD, password: NEXT, confirm: NEXT }

describe('POST /account/password', () => {
  test('keeps the browser that changes it logged in, under a new session id', async () => {
    const { browser, ...ada } = await register(site)
    const before = site.browse().copyCookies(browser)

    const answer = await changePassword(browser)
    const page = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/password'])
    expect(readFlashes(page.text)).toEqual([
      'Your password is changed. Every other browser is logged out.',
    ])
    expect(await isLoggedIn(browser)).toBe(true)
    expect(await isLoggedIn(before)).toBe(false)
    const [old, now] = [site.browse(), site.browse()]
    expect((await logIn(old, { ...ada, browser: old })).status).toBe(422)
    expect((await logIn(now, { ...ada, password: NEXT, browser: now })).status).toBe(303)
  })

  test('ends every other session and remembered browser at their next request', async () => {
    const ada = await register(site)
    const others = [await logInElsewhere(site, ada), await logInElsewhere(site, ada, {})]
    const remembered = others.map((each) => onlyRemembered(site, each))

    await changePassword(ada.browser)

    for (const each of [...others, ...remembered]) {
      expect(await isLoggedIn(each)).toBe(false)
      expect(each.valueOf('remember')).toBeUndefined()
    }
  })

  test('ends a link to choose a new password that was on its way', async () => {
    const { browser, email } = await register(site)
    const elsewhere = site.browse()
    await elsewhere.submit('/forgot-password', { email })
    const link = await findMailedLink(site, email, 'reset-password')
    const before = await elsewhere.follow(await elsewhere.visit(link))

    await changePassword(browser)
    const after = await elsewhere.follow(await elsewhere.visit(link))

    expect(before.text).toContain('name="confirm"')
    expect(after.text).not.toContain('name="confirm"')
  })

  test('keeps the browser remembered exactly as long as before, its cookie too', async () => {
    const ada = await register(site)
    const browser = await logInElsewhere(site, ada)
    const ends = await endsOfSeries(site, ada.username)
    site.clock.advance(days(7) + minutes(5) + 678)

    await changePassword(browser)

    expect(ends).toHaveLength(1)
    expect(await endsOfSeries(site, ada.username)).toEqual(ends)
    const lacking = (ends[0] ?? 0) - (browser.cookies.get('remember')?.expiresAt ?? 0)
    expect([lacking >= 0, lacking < seconds(1)]).toEqual([true, true])
    expect(await isLoggedIn(onlyRemembered(site, browser))).toBe(true)
  })

  test('remembers no browser that was not remembered before', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)

    await changePassword(ada.browser)

    expect(ada.browser.valueOf('remember')).toBeUndefined()
    expect(await endsOfSeries(site, ada.username)).toEqual([])
  })

  test('refuses forms that were opened before it', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/account/password')
    await changePassword(browser)

    const answer = await browser.post('/account/password', { ...FIELDS, current: NEXT, _csrf })

    expect(answer.status).toBe(403)
  })

  test('is an event, and its owner is told by mail', async () => {
    const { browser, username, email } = await registerVerified(site)

    await changePassword(browser)

    expect(await kindsOf(site, username)).toContain('password-changed')
    expect(await noticesTo(site, email)).toEqual(['Password changed'])
  })
})
