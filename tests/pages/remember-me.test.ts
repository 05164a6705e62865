import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { isLoggedIn, logIn, register, registerAndRemember } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('browsers that come back again and again', () => {
  test('are one line of the activity for each hour', async () => {
    const { browser, username } = await registerAndRemember(site)
    const comeBack = async () => {
      browser.restart()
      return browser.visit('/dashboard')
    }
    for (let time = 0; time < 3; time++) await comeBack()
    site.clock.advance(hours(1))
    await comeBack()

    const where = { kind: 'remembered', user: { username } }
    const events = await site.database.securityEvent.findMany({ where, orderBy: { at: 'asc' } })

    expect(events.map(({ count }) => count)).toEqual([3, 1])
  })
})

describe('remember me', () => {
  test('is not there for a user who did not ask for it', async () => {
    const ada = await register(site)
    const browser = site.browse()
    await logIn(browser, ada)

    browser.restart()

    expect(browser.valueOf('remember')).toBeUndefined()
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('logs the user in after the browser restarts, and sends them where they are going', async () => {
    const { browser, username } = await registerAndRemember(site)
    browser.restart()

    const page = await browser.visit('/account/devices')

    expect(page.status).toBe(200)
    expect(browser.valueOf('session')).toBeDefined()
    expect((await browser.visit('/dashboard')).text).toContain(username)
  })

  test('logs the user in when the session has ended on the server, too', async () => {
    const { browser } = await registerAndRemember(site)

    site.clock.advance(hours(13))

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('gives a new cookie each time it is used', async () => {
    const { browser } = await registerAndRemember(site)
    const first = browser.valueOf('remember')
    browser.restart()

    await browser.visit('/dashboard')

    expect(browser.valueOf('remember')).toBeDefined()
    expect(browser.valueOf('remember')).not.toBe(first)
  })

  test('is no fresh login: what needs the password asks for it', async () => {
    const { browser } = await registerAndRemember(site)
    const fresh = await browser.visit('/account/delete')
    browser.restart()

    const remembered = await browser.visit('/account/delete')

    expect(fresh.status).toBe(200)
    expect([remembered.status, remembered.headers.location]).toEqual([
      302,
      '/reauthenticate?next=%2Faccount%2Fdelete',
    ])
  })

  test('ends after 30 days, however often it was used', async () => {
    const { browser } = await registerAndRemember(site)
    for (let day = 0; day < 29; day++) {
      site.clock.advance(days(1))
      expect(await isLoggedIn(browser)).toBe(true)
    }

    site.clock.advance(days(1) - seconds(1))
    browser.cookies.delete('session')
    const copy = site.browse().copyCookies(browser)
    const lastMoment = await isLoggedIn(browser)
    site.clock.advance(seconds(1))
    const cookie = copy.cookies.get('remember')
    if (cookie) copy.cookies.set('remember', { ...cookie, expiresAt: null })

    expect(lastMoment).toBe(true)
    expect(await isLoggedIn(copy)).toBe(false)
  })

  test('survives two tabs that come at once, and an answer that got lost', async () => {
    const { browser } = await registerAndRemember(site)
    browser.restart()
    const [one, other] = [site.browse().copyCookies(browser), site.browse().copyCookies(browser)]

    const both = await Promise.all([isLoggedIn(one), isLoggedIn(other)])
    site.clock.advance(hours(13))
    const afterALostAnswer = await isLoggedIn(browser)

    expect(both).toEqual([true, true])
    expect(one.valueOf('remember')).toBe(other.valueOf('remember'))
    expect(afterALostAnswer).toBe(true)
  })

  test('survives tabs that bring the session that is over along, and an answer that got lost', async () => {
    const { browser } = await registerAndRemember(site)
    site.clock.advance(minutes(40))
    const copies = Array.from({ length: 4 }, () => site.browse().copyCookies(browser))

    const tabs = await Promise.all(copies.map((copy) => copy.visit('/account')))
    const retries = [await browser.visit('/account'), await copies[0]?.visit('/account')]

    expect(tabs.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(retries.map((answer) => answer?.status)).toEqual([200, 200])
  })

  test('says on the form how long it lasts, as set', async () => {
    const shorter = await openTestApp({ REMEMBER_DAYS: '1' })
    const page = await shorter.browse().visit('/login')
    await shorter.close()

    expect(page.text).toContain('Keep me logged in for 1 day<')
    expect((await site.browse().visit('/login')).text).toContain('for 30 days<')
  })

  test('counts the days of the cookie from the login, not from its last use', async () => {
    const { browser } = await registerAndRemember(site)
    site.clock.advance(days(10))

    browser.restart()
    await browser.visit('/dashboard')

    expect(browser.cookies.get('remember')?.attributes['max-age']).toBe(
      String(days(20) / seconds(1)),
    )
  })
})
