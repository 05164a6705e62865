import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, seconds } from '../../src/durations.ts'
import { kindsOf } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { isLoggedIn, logIn, registerAndRemember } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('remember me', () => {
  test('is over for every browser once the password is changed, but for the one that changed it', async () => {
    const { browser, password, ...ada } = await registerAndRemember(site)
    const other = site.browse()
    await logIn(other, { ...ada, password, browser: other }, { remember: 'on' })
    const next = 'a gondola full of marmalade'

    await browser.submit('/account/password', { current: password, password: next, confirm: next })
    for (const each of [browser, other]) each.restart()

    expect(await isLoggedIn(browser)).toBe(true)
    expect(await isLoggedIn(other)).toBe(false)
  })

  test('is over once its device is logged out from another browser', async () => {
    const { browser, ...ada } = await registerAndRemember(site)
    const other = site.browse()
    await logIn(other, { ...ada, browser: other })
    const { text } = await other.visit('/account/devices')
    const buttons = text.match(/\/account\/devices\/[^"]+\/revoke(?=")/g) ?? []
    for (const button of buttons) await other.submit('/account/devices', {}, button)

    browser.restart()

    expect(buttons).toHaveLength(2)
    expect(await isLoggedIn(browser)).toBe(false)
    expect(await isLoggedIn(other)).toBe(true)
  })

  test('does not log in a user who was disabled', async () => {
    const { browser, username } = await registerAndRemember(site)
    browser.restart()
    await site.database.user.update({
      where: { usernameKey: username },
      data: { disabledAt: site.clock.now() },
    })

    expect(await isLoggedIn(browser)).toBe(false)
    expect(browser.valueOf('remember')).toBeUndefined()
  })

  test('notices an old cookie a minute after its successor was seen: the device is out, and its owner is told', async () => {
    const { browser, ...ada } = await registerAndRemember(site)
    browser.restart()
    const thief = site.browse().copyCookies(browser)
    await browser.visit('/dashboard')
    await browser.visit('/dashboard')

    site.clock.advance(seconds(61))
    const hasStolen = await isLoggedIn(thief)
    const isOwnerStillIn = await isLoggedIn(browser)
    const elsewhere = site.browse()
    await logIn(elsewhere, { ...ada, browser: elsewhere })
    const dashboard = await elsewhere.visit('/dashboard')

    expect([hasStolen, isOwnerStillIn]).toEqual([false, false])
    expect(thief.valueOf('remember')).toBeUndefined()
    expect(dashboard.text).toContain('A copied “keep me logged in” cookie was used')
  })

  test('notices a thief who came first and kept the new cookie for later: the device is out', async () => {
    const { browser, ...ada } = await registerAndRemember(site)
    browser.restart()
    const thief = site.browse().copyCookies(browser)
    await thief.visit('/dashboard')
    thief.restart()

    site.clock.advance(days(3))
    const owner = await isLoggedIn(browser)
    await browser.visit('/dashboard')
    const hasStolen = await isLoggedIn(thief)

    expect([owner, hasStolen, await isLoggedIn(browser)]).toEqual([true, false, false])
    expect(await kindsOf(site, ada.username)).toContain('remember-token-stolen')
  })

  test('forgives answers that were lost one after the other', async () => {
    const { browser, ...ada } = await registerAndRemember(site)
    browser.restart()
    for (let visit = 0; visit < 4; visit++) {
      // The answer goes to a copy: this browser never hears of the new cookie.
      expect(await isLoggedIn(site.browse().copyCookies(browser))).toBe(true)
      site.clock.advance(hours(20))
    }

    expect(await isLoggedIn(browser)).toBe(true)
    expect(await isLoggedIn(browser)).toBe(true)
    expect(await kindsOf(site, ada.username)).not.toContain('remember-token-stolen')
  })

  test('forgives an old cookie within that minute', async () => {
    const { browser } = await registerAndRemember(site)
    browser.restart()
    const slow = site.browse().copyCookies(browser)
    await browser.visit('/dashboard')
    await browser.visit('/dashboard')

    site.clock.advance(seconds(59))

    expect(await isLoggedIn(slow)).toBe(true)
    expect(await isLoggedIn(browser)).toBe(true)
  })

  test.each(['s:made.up', 'made up', 's:', 's:a.b.c.d', '%E0%A4%A', 'x'.repeat(4000)])(
    'leaves a cookie alone that another program on this host may have set: %s',
    async (value) => {
      const browser = site.browse()
      browser.cookies.set('remember', { value, attributes: {}, expiresAt: null })

      expect(await isLoggedIn(browser)).toBe(false)
      expect(browser.valueOf('remember')).toBe(value)
    },
  )

  test('keeps hashes only', async () => {
    const { browser } = await registerAndRemember(site)

    const rows = JSON.stringify(await site.database.rememberSeries.findMany())

    const cookie = decodeURIComponent(browser.valueOf('remember') ?? '').slice('s:'.length)
    const [id = '', token = ''] = cookie.split('.')
    expect(rows).toContain(id)
    expect(token.length).toBeGreaterThan(40)
    expect(rows).not.toContain(token)
  })
})
