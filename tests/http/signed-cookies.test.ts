import { afterAll, describe, expect, test } from 'vitest'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { followLink } from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { isLoggedIn, register, registerAndRemember, userFields } from '../support/users.ts'

const site = await openTestApp()
const secure = await openTestApp({ APP_URL: 'https://accounts.example.com' })
afterAll(() => Promise.all([site.close(), secure.close()]))

/** A browser that holds every cookie which this application gives. */
async function collectCookies(app: TestApp): Promise<Browser> {
  const { browser } = await registerAndRemember(app)
  return browser
}

const SHARED = { path: '/', httponly: '', samesite: 'Lax' }

const LIFETIMES: Record<string, number | undefined> = {
  session: undefined,
  csrf: undefined,
  flash: undefined,
  remember: days(30) / seconds(1),
  device: days(400) / seconds(1),
}

function attributesOf(browser: Browser): Record<string, object> {
  const kept = [...browser.cookies].map(([name, { attributes }]) => {
    const { expires: _, ...rest } = attributes
    return [name, rest] as const
  })
  return Object.fromEntries(kept)
}

describe('the cookies', () => {
  test('have plain names and no Secure where APP_URL is http', async () => {
    const browser = await collectCookies(site)

    const expected = Object.entries(LIFETIMES).map(([name, age]) => [
      name,
      age === undefined ? SHARED : { ...SHARED, 'max-age': String(age) },
    ])
    expect(attributesOf(browser)).toEqual(Object.fromEntries(expected))
  })

  test('are bound to this host and to TLS where APP_URL is https', async () => {
    const browser = await collectCookies(secure)

    const expected = Object.entries(LIFETIMES).map(([name, age]) => [
      `__Host-${name}`,
      { ...SHARED, secure: '', ...(age === undefined ? {} : { 'max-age': String(age) }) },
    ])
    expect(attributesOf(browser)).toEqual(Object.fromEntries(expected))
  })

  test('are taken back with the attributes that they were given with', async () => {
    const browser = await collectCookies(secure)

    const answer = await browser.submit('/logout')

    const lines = [answer.headers['set-cookie']].flat().map(String)
    for (const name of ['__Host-session', '__Host-remember']) {
      const line = lines.find((each) => each.startsWith(`${name}=;`))
      expect(line).toMatch(
        /; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax$/,
      )
    }
  })

  test('are not given to a logged-out visitor who only reads, but for the one of a form', async () => {
    const browser = site.browse()

    for (const path of ['/', '/healthz', '/app.css', '/nowhere', '/login'])
      await browser.visit(path)

    expect([...browser.cookies.keys()]).toEqual(['csrf'])
  })

  test('stay below the 4,096 bytes that a browser keeps, with the longest name and email', async () => {
    const waiting = await openTestApp({ REGISTRATION: 'verified' }, secure)
    const email = `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}com`
    const ada = userFields({ username: '李'.repeat(32), email })
    const browser = waiting.browse()
    const _csrf = await browser.takeToken('/register')

    await browser.post('/register', { ...ada, _csrf })
    await followLink(browser, await readLink(waiting, email, 'verify-email'))
    await browser.post('/forgot-password', { email, _csrf })
    await browser.post('/resend-verification', { email, _csrf })
    await waiting.database.user.updateMany({ where: { email }, data: { name: '李'.repeat(100) } })
    await browser.post('/login', { ...ada, remember: 'on', _csrf })

    const cookies = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`)
    expect(cookies.map((cookie) => cookie.split('=')[0])).toContain('remember')
    expect(decodeURIComponent(browser.valueOf('flash') ?? '').match(/"texts"/g)).toHaveLength(3)
    for (const cookie of cookies) expect(Buffer.byteLength(cookie)).toBeLessThanOrEqual(4096)
  })
})

describe('SESSION_SECRET', () => {
  const OLD = 'the secret that was there at first'
  const NEW = 'the secret that came after the old'

  /** Another process on the same database, started with other secrets. */
  const restartWith = (first: TestApp, secrets: string) =>
    openTestApp({ SESSION_SECRET: secrets }, first)

  test('can be followed by another without logging any user out, and then be dropped', async () => {
    const first = await openTestApp({ SESSION_SECRET: OLD })
    const ada = await register(first)
    const both = await restartWith(first, `${NEW},${OLD}`)
    const only = await restartWith(first, NEW)

    const during = await isLoggedIn(both.browse().copyCookies(ada.browser))
    const [moved, late] = [
      both.browse().copyCookies(ada.browser),
      only.browse().copyCookies(ada.browser),
    ]
    await moved.visit('/dashboard')
    const after = await isLoggedIn(only.browse().copyCookies(moved))
    const tooLate = await isLoggedIn(late)
    await first.close()

    expect([during, after, tooLate]).toEqual([true, true, false])
  })

  test('makes a cookie that was altered worthless', async () => {
    const { browser } = await register(site)
    const { value = '' } = browser.cookies.get('session') ?? {}
    const altered = value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))

    browser.cookies.set('session', { value: altered, attributes: {}, expiresAt: null })

    expect(await isLoggedIn(browser)).toBe(false)
  })
})
