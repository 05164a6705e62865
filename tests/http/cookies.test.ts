import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { secretsFor, signValue } from '../../src/cookies.ts'
import { hours, minutes } from '../../src/durations.ts'
import { setCookies } from '../auth/support/browser.ts'
import { logInElsewhere, onlyRemembered } from '../support/account.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readFlashes, readToken } from '../support/html.ts'
import {
  isLoggedIn,
  logIn,
  PASSWORD,
  register,
  registerAndRemember,
  userFields,
} from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const header = (browser: Browser, change = (pair: string) => pair) =>
  [...browser.cookies].map(([name, { value }]) => change(`${name}=${value}`)).join('; ')

const ask = (Cookie: string, path = '/dashboard') => site.browse().visit(path, { Cookie })

const namesSet = (answer: Response) => setCookies(answer).map((line) => line.split('=')[0])

const put = (browser: Browser, name: string, value: string) =>
  browser.cookies.set(name, { value, attributes: {}, expiresAt: null })

describe('a cookie in quotes', () => {
  test('is read as without them, by the sessions too, and stays', async () => {
    const { browser } = await registerAndRemember(site)
    await browser.visit('/dashboard')
    const quoted = header(browser, (pair) => pair.replace(/=(.*)$/, '="$1"'))

    const answer = await ask(quoted)

    expect(quoted).toContain('session="s')
    expect(answer.status).toBe(200)
    expect(setCookies(answer)).toEqual([])
  })
})

describe('two cookies of one name', () => {
  test.each(['session', 'remember'])('are both looked at, whichever is ours: %s', async (name) => {
    const { browser } = await registerAndRemember(site)
    if (name === 'remember') browser.restart()
    const ours = header(browser)

    for (const foreign of [`${name}=of-another-program`, `${name}=s%3Aof.another`]) {
      const copy = site.browse().copyCookies(browser)
      expect((await copy.visit('/dashboard', { Cookie: `${foreign}; ${ours}` })).status).toBe(200)
      expect((await ask(`${ours}; ${foreign}`)).status).toBe(200)
    }
  })

  test('log in where one names a session that is over', async () => {
    const over = await register(site)
    const session = over.browser.valueOf('session')
    await over.browser.submit('/logout')
    const { browser } = await register(site)
    await browser.visit('/dashboard')

    const answer = await ask(`session=${session}; ${header(browser)}`)

    expect(answer.status).toBe(200)
    expect(setCookies(answer)).toEqual([])
  })
})

describe('the cookies of another program on this host', () => {
  test('are left alone by every page that a visitor can open', async () => {
    const browser = site.browse()
    for (const name of ['session', 'remember', 'device', 'flash', 'link']) {
      put(browser, name, 's%3Asomething.else')
    }

    for (const path of ['/', '/login', '/register', '/healthz', '/nowhere']) {
      const answer = await browser.visit(path)
      expect(namesSet(answer).filter((name) => name !== 'csrf')).toEqual([])
    }
    const _csrf = await browser.takeToken('/logout')
    const answer = await browser.post('/logout', { _csrf })

    expect(namesSet(answer)).toEqual(['flash'])
  })
})

describe('one answer', () => {
  const acts: [string, (person: Awaited<ReturnType<typeof register>>) => Promise<Response>][] = [
    ['to logging in', ({ browser, ...ada }) => logIn(browser, { ...ada, browser })],
    ['to registering', ({ browser }) => browser.submit('/register', userFields())],
    ['to logging out', ({ browser }) => browser.submit('/logout')],
    ['to a page that shows a message', ({ browser }) => browser.visit('/login')],
    ['to a page for users', ({ browser }) => browser.visit('/dashboard')],
  ]

  test.each(acts)('%s sets each cookie once, also for a session that is over', async (_, act) => {
    const ada = await registerAndRemember(site)
    await site.database.session.deleteMany()
    await site.database.rememberSeries.deleteMany()
    put(ada.browser, 'flash', sign('flash', '[{"category":"info","message":"Hello"}]'))

    const names = namesSet(await act(ada))

    expect(names.length).toBeGreaterThan(0)
    expect(names).toEqual([...new Set(names)])
  })

  test('to logging in under a new secret sets each cookie once', async () => {
    const ada = await registerAndRemember(site)
    const secrets = `a secret that came after the other,${site.settings.secrets.join(',')}`
    const rotated = await openTestApp({ SESSION_SECRET: secrets }, site)
    const browser = rotated.browse().copyCookies(ada.browser)

    const answer = await browser.submit('/reauthenticate', { password: PASSWORD })

    expect(namesSet(answer).sort()).toEqual([...new Set(namesSet(answer))].sort())
    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('that is sent twice keeps the later value', async () => {
    const { browser } = await register(site)
    await browser.submit('/logout')

    const page = await browser.visit('/login')

    expect(readFlashes(page.text)).toEqual(['You are logged out.'])
    expect(browser.valueOf('flash')).toBeUndefined()
  })
})

describe('an answer to a session id that was replaced a moment ago', () => {
  const replacements: [string, (browser: Browser) => Promise<Response>][] = [
    ['the password was given again', (b) => b.submit('/reauthenticate', { password: PASSWORD })],
    ['all others were logged out', (b) => b.submit('/account/devices', {}, OTHERS)],
    [
      'the password was changed',
      (b) => b.submit('/account/password', { current: PASSWORD, password: NEXT, confirm: NEXT }),
    ],
  ]
  const OTHERS = '/account/devices/revoke-others'
  const NEXT = 'a gondola full of marmalade'

  test.each(replacements)('sets no cookie, as %s', async (_, replace) => {
    const ada = await registerAndRemember(site)
    await logInElsewhere(site, ada)
    // Takes the greeting, which a later page would take as well.
    await ada.browser.visit('/dashboard')
    const old = header(ada.browser)

    const answer = await replace(ada.browser)
    const late = [await ask(old), await ask(old, '/'), await ask(old, '/nowhere')]

    expect(answer.status).toBe(303)
    expect(late.map(namesSet)).toEqual([[], [], []])
    expect(late[0]?.status).toBe(302)
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await isLoggedIn(onlyRemembered(site, ada.browser))).toBe(true)
  })

  test('touches none as a login replaced it that was over', async () => {
    const { browser, username } = await register(site)
    const old = `session=${browser.valueOf('session')}`
    const fresh = site.browse()
    const page = await fresh.visit('/login')
    site.clock.advance(hours(13))

    const fields = { username, password: PASSWORD, _csrf: readToken(page.text) }
    const answer = await fresh.post('/login', fields, { Cookie: `${old}; ${header(fresh)}` })
    const late = await ask(old)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(namesSet(late)).toEqual(['csrf'])
  })

  test('clears the cookie once no request can be under way any more', async () => {
    const { browser } = await register(site)
    const old = header(browser)
    await browser.submit('/reauthenticate', { password: PASSWORD })

    site.clock.advance(minutes(1))

    expect(namesSet(await ask(old))).toContain('session')
  })
})

describe('a value that was signed for one cookie', () => {
  const all = ['session', 'remember', 'csrf', 'device', 'flash', 'link']

  test('is not accepted as another, whatever it is', async () => {
    const { browser } = await registerAndRemember(site)
    await logInElsewhere(site, await register(site))
    const values = [...browser.cookies].map(([name, { value }]) => ({ name, value }))

    for (const { name, value } of values) {
      for (const other of all.filter((each) => each !== name)) {
        const answer = await ask(`${other}=${value}`, '/login')
        expect(namesSet(answer)).toEqual(['csrf'])
      }
    }
    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('by a release before this one is accepted as that cookie, and signed anew', async () => {
    const { browser } = await registerAndRemember(site)
    await browser.visit('/dashboard')
    const unbound = site.browse().copyCookies(browser)
    for (const name of ['session', 'remember', 'device']) {
      const value = decodeURIComponent(browser.valueOf(name) ?? '').replace(/^s:|\.[^.]*$/g, '')
      put(unbound, name, encodeURIComponent(signValue(value, site.settings.secrets)))
    }
    const remembered = site.browse()
    put(remembered, 'remember', unbound.valueOf('remember') ?? '')

    const answer = await unbound.visit('/dashboard')

    expect(answer.status).toBe(200)
    expect(namesSet(answer).sort()).toEqual(['device', 'remember', 'session'])
    expect(await isLoggedIn(unbound)).toBe(true)
    expect(unbound.valueOf('session')).toBe(browser.valueOf('session'))
    expect(await isLoggedIn(remembered)).toBe(true)
  })

  test('by a release before this one is not accepted as another cookie', async () => {
    const { browser } = await registerAndRemember(site)
    const values = [...browser.cookies].map(([name, { value }]) => ({
      name,
      value: decodeURIComponent(value).replace(/^s:|\.[^.]*$/g, ''),
    }))

    for (const { name, value } of values) {
      const unbound = encodeURIComponent(signValue(value, site.settings.secrets))
      for (const other of all.filter((each) => each !== name)) {
        expect(namesSet(await ask(`${other}=${unbound}`, '/login'))).toEqual(['csrf'])
      }
    }
  })
})

function sign(name: string, value: string, { settings }: TestApp = site): string {
  return encodeURIComponent(signValue(value, secretsFor(name, settings.secrets)))
}
