import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { isLoggedIn, logIn, register, registerAndRemember } from '../support/users.ts'

const site = await openTestApp()
const { database, clock } = site
afterAll(site.close)

const countSessions = () => database.session.count()

describe('a session', () => {
  test('ends after 30 minutes without a request, to the second', async () => {
    const { browser } = await register(site)

    clock.advance(minutes(30) - seconds(1))
    const before = await isLoggedIn(browser)
    clock.advance(minutes(30))
    const after = await isLoggedIn(browser)

    expect([before, after]).toEqual([true, false])
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test('ends 12 hours after the login, to the second, however busy it is', async () => {
    const { browser } = await register(site)
    for (let half = 0; half < 24; half++) {
      clock.advance(minutes(30) - seconds(1))
      expect(await isLoggedIn(browser)).toBe(true)
    }

    clock.advance(seconds(23))
    const before = await isLoggedIn(browser)
    clock.advance(seconds(1))
    const after = await isLoggedIn(browser)

    expect([before, after]).toEqual([true, false])
  })

  test('takes both ends from the settings', async () => {
    const strict = await openTestApp({ SESSION_IDLE_MINUTES: '5', SESSION_MAX_HOURS: '1' }, site)
    const [idle, busy] = [await register(strict), await register(strict)]

    clock.advance(minutes(5))
    const afterIdle = await isLoggedIn(idle.browser)
    const again = await isLoggedIn(busy.browser)
    const { browser } = await register(strict)
    for (let minute = 0; minute < 59; minute += 4) {
      expect(await isLoggedIn(browser)).toBe(true)
      clock.advance(minutes(4))
    }

    expect([afterIdle, again]).toEqual([false, false])
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('is written at most once a minute while its reader reads', async () => {
    const { browser } = await register(site)
    await browser.visit('/dashboard')
    const countWrites = async (wait: number) => {
      clock.advance(wait)
      site.statements.length = 0
      await browser.visit('/dashboard')
      return site.statements.filter((sql) => !/^\s*SELECT/i.test(sql)).length
    }

    expect(await countWrites(seconds(59))).toBe(0)
    expect(await countWrites(seconds(1))).toBe(1)
    expect(await countWrites(seconds(59))).toBe(0)
  })

  test('is written by a redirect too, and by a page that is not there', async () => {
    const { browser } = await register(site)
    for (const path of ['/', '/nowhere']) {
      clock.advance(minutes(20))
      await browser.visit(path)
    }

    clock.advance(minutes(20))

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('rests in the database under a hash of its id', async () => {
    const { browser } = await register(site)

    const rows = await database.session.findMany()

    const cookie = decodeURIComponent(browser.valueOf('session') ?? '')
    const id = cookie.slice('s:'.length, cookie.indexOf('.'))
    expect(id.length).toBeGreaterThan(30)
    expect(JSON.stringify(rows)).not.toContain(id)
    expect(rows.every(({ idHash }) => /^[\w-]{43}$/.test(idHash))).toBe(true)
  })

  test('is over at the next request once its user is disabled', async () => {
    const { browser, username } = await register(site)

    await database.user.update({
      where: { usernameKey: username },
      data: { disabledAt: site.clock.now() },
    })

    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('is over at the next request once its device is revoked, with the series', async () => {
    const { browser, username } = await registerAndRemember(site)
    const at = clock.now()

    await database.device.updateMany({
      where: { user: { usernameKey: username } },
      data: { revokedAt: at },
    })

    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('is over once the epoch of its user has risen, and so is every series', async () => {
    const { browser, ...ada } = await registerAndRemember(site)
    const other = site.browse()
    await logIn(other, { ...ada, browser: other }, { remember: 'on' })

    await database.user.update({
      where: { usernameKey: ada.username },
      data: { authEpoch: { increment: 1 } },
    })

    for (const each of [browser, other]) expect(await isLoggedIn(each)).toBe(false)
    await logIn(other, { ...ada, browser: other })
    expect(await isLoggedIn(other)).toBe(true)
  })
})

describe('a logged-out visitor', () => {
  test('costs no row, whatever they read or get wrong', async () => {
    const before = await countSessions()
    const browser = site.browse()

    for (const path of ['/', '/login', '/register', '/dashboard', '/nowhere', '/logout']) {
      await browser.visit(path)
    }
    for (let time = 0; time < 100; time++)
      await browser.submit('/login', { username: 'x', password: 'y' })

    expect(await countSessions()).toBe(before)
    expect(browser.valueOf('session')).toBeUndefined()
  })
})
