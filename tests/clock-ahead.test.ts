import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../src/durations.ts'
import { logInElsewhere, onlyRemembered } from './support/account.ts'
import { openTestApp } from './support/app.ts'
import { listDevices } from './support/device-rows.ts'
import { askForNewEmail, forgetPassword, LINK_IS_OVER, openLink } from './support/journeys.ts'
import { readLink } from './support/mails.ts'
import { isLoggedIn, registerAndRemember, registerVerified, userFields } from './support/users.ts'

// A clock that was ahead once leaves times that are to come.

const site = await openTestApp()
const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
afterAll(site.close)

let ahead = 0
const setAhead = (wait: number) => {
  site.clock.advance(wait - ahead)
  ahead = wait
}
afterEach(() => setAhead(0))

describe('once a clock that was ahead is right again', () => {
  test.each([
    ['is over', days(10), false],
    ['goes on where the clock was ahead by less than machines may differ', minutes(50), true],
  ])('a session that was made then %s', async (_, wait, isOn) => {
    setAhead(wait)
    const { browser } = await registerVerified(site)
    setAhead(0)

    expect(await isLoggedIn(browser)).toBe(isOn)
  })

  test('a session that was used then is over', async () => {
    const { browser } = await registerVerified(site)
    setAhead(minutes(25))
    await browser.visit('/dashboard')
    for (let time = 2; time < 12; time++) {
      setAhead(time * minutes(25))
      expect(await isLoggedIn(browser)).toBe(true)
    }
    setAhead(0)

    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('a password that was given then is not a fresh one', async () => {
    setAhead(minutes(50))
    const { browser } = await registerVerified(site)
    setAhead(0)

    expect((await browser.visit('/account/delete')).status).toBe(302)
  })

  test('a link that was sent then is over', async () => {
    const ada = await registerVerified(site)
    setAhead(days(10))
    const link = await forgetPassword(site, ada)
    setAhead(0)

    expect((await openLink(site.browse(), link)).text).toContain(LINK_IS_OVER)
  })

  test('a change of email that was asked for then is over', async () => {
    const ada = await registerVerified(site)
    setAhead(hours(20))
    const email = `new.${ada.email}`
    const browser = await logInElsewhere(site, ada)
    const link = await askForNewEmail(site, { ...ada, browser }, email)
    setAhead(0)

    expect((await ada.browser.visit('/account')).text).not.toContain(email)
    expect((await openLink(ada.browser, link)).text).toContain(LINK_IS_OVER)
  })

  test('a registration that was sent then is over, and its user name free', async () => {
    const fields = userFields()
    setAhead(days(6))
    await verified.browse().submit('/register', fields)
    const link = await readLink(verified, fields.email, 'verify-email')
    setAhead(0)

    expect((await openLink(verified.browse(), link)).text).toContain(LINK_IS_OVER)
    const again = await verified.browse().submit('/register', fields)
    expect(again.status).toBe(303)
  })

  test('a browser that was remembered then is remembered no longer, nor listed', async () => {
    const ada = await registerVerified(site)
    setAhead(days(10))
    const then = await logInElsewhere(site, ada)
    setAhead(0)

    expect(await listDevices(ada.browser)).toHaveLength(1)
    expect(await isLoggedIn(onlyRemembered(site, then))).toBe(false)
  })

  test('a remember token that was replaced then is not remembered', async () => {
    const { browser } = await registerAndRemember(site)
    const copy = onlyRemembered(site, browser)
    browser.restart()
    setAhead(days(10))
    await browser.visit('/dashboard')
    expect(await isLoggedIn(onlyRemembered(site, browser))).toBe(true)
    setAhead(0)

    expect(await isLoggedIn(copy)).toBe(false)
  })
})
