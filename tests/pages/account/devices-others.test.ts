import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../../src/durations.ts'
import {
  endsOfSeries,
  kindsOf,
  logInElsewhere,
  noticesTo,
  onlyRemembered,
} from '../../support/account.ts'
import { openTestApp } from '../../support/app.ts'
import { listDevices } from '../../support/device-rows.ts'
import { readFlashes } from '../../support/html.ts'
import { followLink, forgetPassword, newPassword } from '../../support/journeys.ts'
import { isLoggedIn, register, registerVerified } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const OTHERS = '/account/devices/revoke-others'

describe('POST /account/devices/revoke-others', () => {
  test('ends every other browser, remembered or not, and keeps the one that asks under a new id', async () => {
    const ada = await registerVerified(site)
    const others = [await logInElsewhere(site, ada), await logInElsewhere(site, ada, {})]
    const [remembered] = others.map((each) => onlyRemembered(site, each))
    const copy = site.browse().copyCookies(ada.browser)

    const answer = await ada.browser.submit('/account/devices', {}, OTHERS)
    const page = await ada.browser.follow(answer)

    expect(readFlashes(page.text)).toEqual(['All other browsers are logged out.'])
    for (const each of others) expect(await isLoggedIn(each)).toBe(false)
    expect(remembered && (await isLoggedIn(remembered))).toBe(false)
    expect(await isLoggedIn(copy)).toBe(false)
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await listDevices(ada.browser)).toHaveLength(1)
    expect(await noticesTo(site, ada.email)).toContain('All other browsers were logged out')
  })

  test('makes no login fresh: a copy of a remember cookie still needs the password', async () => {
    const ada = await register(site)
    const thief = onlyRemembered(site, await logInElsewhere(site, ada))

    await thief.submit('/account/devices', {}, OTHERS)
    const leaving = await thief.visit('/account/delete')

    expect(await isLoggedIn(ada.browser)).toBe(true)

    expect([leaving.status, leaving.headers.location]).toEqual([
      302,
      '/reauthenticate?next=%2Faccount%2Fdelete',
    ])
  })

  test('keeps a login fresh no longer than before', async () => {
    const { browser } = await register(site)
    site.clock.advance(minutes(9))
    const _csrf = await browser.takeToken('/account')

    const answer = await browser.post(OTHERS, { _csrf })
    site.clock.advance(minutes(1))
    const leaving = await browser.visit('/account/delete')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/devices'])
    expect(leaving.headers.location).toBe('/reauthenticate?next=%2Faccount%2Fdelete')
  })

  test('asks for the password where it was not just given: a stolen session cannot lock its user out', async () => {
    const ada = await register(site)
    const thief = site.browse().copyCookies(ada.browser)
    site.clock.advance(minutes(11))
    const _csrf = await thief.takeToken('/account')
    const link = await forgetPassword(site, ada)
    const owner = await logInElsewhere(site, ada)

    for (let time = 0; time < 5; time++) {
      const refused = await thief.post(OTHERS, { _csrf })
      expect(refused.headers.location).toMatch(/^\/reauthenticate\?next=/)
    }

    expect(await isLoggedIn(owner)).toBe(true)
    const answer = await followLink(site.browse(), link, newPassword)
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(await kindsOf(site, ada.username)).not.toContain('others-logged-out')
  })

  test('is done once the password is given', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    site.clock.advance(minutes(11))
    const refused = await ada.browser.submit('/account/devices', {}, OTHERS)

    const { password } = ada
    const answer = await ada.browser.submit(String(refused.headers.location), { password })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/devices'])
    expect([await isLoggedIn(other), await isLoggedIn(ada.browser)]).toEqual([false, true])
  })

  test('leaves a link good that sets a new password', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)
    const link = await forgetPassword(site, ada)

    await ada.browser.submit('/account/devices', {}, OTHERS)
    const answer = await followLink(site.browse(), link, newPassword)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  test('keeps the browser that asks remembered exactly as long as before', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    const browser = await logInElsewhere(site, ada)
    const [end] = await endsOfSeries(site, ada.username)
    site.clock.advance(days(3) + hours(1) + 1234)
    await logInElsewhere(site, ada, {})
    await browser.submit('/reauthenticate', { password: ada.password })
    const before = browser.valueOf('remember')

    await browser.submit('/account/devices', {}, OTHERS)

    expect(browser.valueOf('remember')).not.toBe(before)
    expect(await endsOfSeries(site, ada.username)).toEqual([end])
    expect(await isLoggedIn(onlyRemembered(site, browser))).toBe(true)
    const kept = browser.cookies.get('remember')?.expiresAt ?? 0
    expect(Math.abs(kept - (end ?? 0))).toBeLessThan(1000)
  })

  test('remembers no browser that was not remembered before', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)

    await ada.browser.submit('/account/devices', {}, OTHERS)

    expect(ada.browser.valueOf('remember')).toBeUndefined()
    expect(await endsOfSeries(site, ada.username)).toEqual([])
  })

  test('refuses forms that were opened before it', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)
    const _csrf = await ada.browser.takeToken('/account')

    await ada.browser.submit('/account/devices', {}, OTHERS)
    const answer = await ada.browser.post(OTHERS, { _csrf })

    expect(answer.status).toBe(403)
  })
})
