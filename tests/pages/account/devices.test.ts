import { afterAll, describe, expect, test } from 'vitest'
import { hours, minutes } from '../../../src/durations.ts'
import { kindsOf, logInElsewhere, noticesTo } from '../../support/account.ts'
import { openTestApp } from '../../support/app.ts'
import { FIREFOX } from '../../support/browser.ts'
import { listDevices } from '../../support/device-rows.ts'
import { userRow } from '../../support/rows.ts'
import { isLoggedIn, logIn, PASSWORD, register, registerVerified } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15'

const ANDROID =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

describe('GET /account/devices', () => {
  test('shows one row for each browser, the one that asks first and marked in words', async () => {
    const ada = await register(site)
    const other = site.browse()
    other.headers['User-Agent'] = SAFARI
    await logIn(other, ada, { remember: 'on' })

    const rows = await listDevices(ada.browser)

    expect(rows.map(({ isCurrent }) => isCurrent)).toEqual([true, false])
    expect(rows[0]?.text).toContain('Firefox on Linux This browser')
    expect(rows[0]?.text).toContain('Active now · logged in from 127.0.0.1')
    expect(rows[1]?.text).toContain('Safari on macOS')
    expect(rows[1]?.text).toContain('Active now · logged in from 127.0.0.1 · kept logged in')
    expect(rows.map(({ revoke }) => revoke !== null)).toEqual([false, true])
  })

  test('says when a browser was last seen, unless that is a moment ago', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)

    site.clock.advance(minutes(5))
    const rows = await listDevices(ada.browser)

    expect(rows[0]?.text).toContain('Active now')
    expect(rows[1]?.text).toContain('Last seen')
    expect(rows[1]?.text).not.toContain('Active now')
  })

  test('shows the IP of the latest login at each browser', async () => {
    const proxied = await openTestApp({ TRUST_PROXY: '1' }, site)
    const ada = await register(proxied)
    const other = proxied.browse()
    const logInFrom = async (ip: string) => {
      other.headers['X-Forwarded-For'] = ip
      await logIn(other, ada)
      const rows = await listDevices(ada.browser)
      return rows.map(({ text }) => /logged in from (\S+)/.exec(text)?.[1])
    }

    expect(await logInFrom('192.0.2.7')).toEqual(['127.0.0.1', '192.0.2.7'])
    await other.submit('/logout')
    expect(await logInFrom('198.51.100.4')).toEqual(['127.0.0.1', '198.51.100.4'])
  })

  test.each([
    ['monitor', FIREFOX],
    ['smartphone', ANDROID],
    ['tablet', IPAD],
    ['terminal', 'curl/8.15.0'],
  ])('draws a %s for %s', async (icon, userAgent) => {
    const ada = await register(site)
    ada.browser.headers['User-Agent'] = userAgent
    await ada.browser.submit('/logout')
    await logIn(ada.browser, ada)

    const { text } = await ada.browser.visit('/account/devices')

    expect(/class="row device">[\s\S]*?#([\w-]+)"/.exec(text)?.[1]).toBe(icon)
  })

  test('shows no user the browsers of another', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    await logInElsewhere(site, bob)

    expect(await listDevices(ada.browser)).toHaveLength(1)
  })

  test('shows nothing that could log anyone in', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const { database } = site
    const tables = [database.session.findMany(), database.rememberSeries.findMany()]
    const rows = (await Promise.all(tables)).flat()
    const devices = await database.device.findMany()

    const { text } = await ada.browser.visit('/account/devices')

    const kept = rows.flatMap((row) => ('idHash' in row ? row.idHash : [row.id, row.tokenHash]))
    const cookies = [ada.browser, other].flatMap(({ cookies }) => [...cookies.values()])
    const parts = cookies.flatMap(({ value }) => decodeURIComponent(value).split(/[.:]/))
    const secrets = [...kept, ...devices.map(({ tokenHash }) => tokenHash), ...parts]
    const long = secrets.filter((secret) => secret.length > 10)
    expect(long.length).toBeGreaterThan(10)
    expect(long.filter((secret) => text.includes(secret))).toEqual([])
  })

  test('knows a browser again that logs in anew, also for a user who was there before', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    await register({ browse: () => ada.browser })
    await ada.browser.submit('/logout')

    await logIn(ada.browser, ada)

    expect(await listDevices(ada.browser)).toHaveLength(1)
    expect(await site.database.device.count({ where: { user: { username: ada.username } } })).toBe(
      1,
    )
  })

  test('goes on showing a remembered browser whose session has ended, and no other', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)
    await logInElsewhere(site, ada, {})

    site.clock.advance(hours(13))
    await logIn(ada.browser, ada)

    const rows = await listDevices(ada.browser)
    expect(rows).toHaveLength(2)
    expect(rows[1]?.text).toContain('kept logged in')
  })

  test('shows no browser that has logged out', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)

    await other.submit('/logout')

    expect(await listDevices(ada.browser)).toHaveLength(1)
  })
})

describe('a browser that an account was never logged in with', () => {
  test('is an event, and its owner is told by mail', async () => {
    const ada = await registerVerified(site)

    await logInElsewhere(site, ada)

    expect(await kindsOf(site, ada.username)).toContain('new-device')
    expect(await noticesTo(site, ada.email)).toEqual(['Logged in from a new browser'])
  })

  test('is nothing to tell of when it is the first one ever', async () => {
    const { username } = await register(site)
    const found = { where: { usernameKey: username } }
    const { passwordHash } = await site.database.user.findUniqueOrThrow(found)
    const names = { username: `new-${username}`, usernameKey: `new-${username}` }
    const bob = await site.database.user.create({ data: userRow({ ...names, passwordHash }) })

    const browser = await logInElsewhere(site, { ...bob, ...PERSON, browser: site.browse() })

    expect(await isLoggedIn(browser)).toBe(true)
    expect(await kindsOf(site, bob.username)).toEqual(['logged-in'])
    expect(await noticesTo(site, bob.email)).toEqual([])
  })

  test('is nothing to tell of when it is known already', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')

    await logIn(ada.browser, ada)

    expect(await noticesTo(site, ada.email)).toEqual([])
  })
})

const PERSON = { password: PASSWORD, confirm: PASSWORD }
