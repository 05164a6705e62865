import { describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../../src/durations.ts'
import { byRequestAlone, byUserId } from './support/loaders.ts'
import { createLoginApp, type LoginAppSettings } from './support/login-app.ts'

/** An application, its clock and a browser that has just logged in there. */
async function withLogin(options: LoginAppSettings['options'] = {}) {
  const loginApp = createLoginApp({ options })
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  return { ...loginApp, browser }
}

describe('a login', () => {
  test.each([
    { after: minutes(10) - seconds(1), isFresh: true },
    { after: minutes(10), isFresh: false },
    { after: minutes(10) + seconds(1), isFresh: false },
  ])('has isFresh $isFresh $after ms after the password', async ({ after, isFresh }) => {
    const { browser, clock } = await withLogin()

    clock.advance(after)

    expect((await browser.who()).isFresh).toBe(isFresh)
    expect((await browser.get('/needs-refresh')).status).toBe(isFresh ? 200 : 401)
  })

  test('is fresh as long as the application says', async () => {
    const { browser, clock } = await withLogin({ freshFor: hours(24) })

    clock.advance(hours(24) - seconds(1))
    expect((await browser.who()).isFresh).toBe(true)

    clock.advance(seconds(1))
    expect((await browser.who()).isFresh).toBe(false)
  })

  test('is fresh for as long again once it is confirmed', async () => {
    const { browser, clock } = await withLogin()
    clock.advance(minutes(11))

    await browser.confirm()
    clock.advance(minutes(9))

    expect((await browser.who()).isFresh).toBe(true)
  })

  test('is never fresh when a cookie restored it, even a moment after the password', async () => {
    const { browser } = await withLogin()

    browser.loseSession()

    expect((await browser.who()).isFresh).toBe(false)
  })

  test('is never fresh when the request brought it', async () => {
    const { browse } = await withLogin(byUserId)

    expect(await browse().who('/who?user_id=2')).toMatchObject({ name: 'Steve', isFresh: false })
  })
})

describe('a login where the request alone tells who is visiting', () => {
  test.each([
    { path: '/who', who: 'the user who gave the password', isFresh: true },
    { path: '/who?user_id=2', who: 'another user', isFresh: false },
    { path: '/who?user_id=9000', who: 'no user', isFresh: false },
  ])('has isFresh $isFresh for $who', async ({ path, isFresh }) => {
    const { browser } = await withLogin(byRequestAlone)

    expect((await browser.who(path)).isFresh).toBe(isFresh)
  })
})

describe('confirmLogin', () => {
  test('makes the session id from before worthless', async () => {
    const { browser, browse } = await withLogin()
    const kept = browser.jar.get('session')

    await browser.confirm()

    const thief = browse()
    if (kept) thief.jar.set('session', kept)
    expect((await thief.who()).name).toBe(null)
  })

  test('keeps what the session held, so that open tabs go on', async () => {
    const { browser, clock } = await withLogin({ refreshView: '/refresh', nextIn: 'session' })
    clock.advance(minutes(10))
    await browser.get('/needs-refresh')

    await browser.confirm()

    expect((await browser.get('/next')).body).toEqual({ next: '/needs-refresh' })
  })

  test('keeps the device, though it is the session that says which it is', async () => {
    const { browse } = createLoginApp({
      addPages: (app) =>
        app.get('/device', (req, res) => void res.json(req.session.login?.deviceId)),
    })
    const browser = browse()
    await browser.logIn(1, {
      continues: { deviceId: 'a device', freshAt: 0, since: 0, notAfter: null },
    })

    await browser.confirm()

    expect((await browser.get('/device')).body).toBe('a device')
  })

  test('in the very request that restored the session still lets a copy of the old cookie be caught', async () => {
    const { browser, browse, clock, heard } = await withLogin()
    const thief = browse()
    const copy = browser.jar.get('remember')
    if (copy) thief.jar.set('remember', copy)
    browser.loseSession()

    await browser.confirm()
    await browser.who()
    clock.advance(minutes(2))
    await thief.who()

    expect(heard('rememberStolen')).toHaveLength(1)
  })

  test('makes a changed browser the one that the session belongs to', async () => {
    const { browser } = await withLogin({ sessionProtection: 'basic' })
    browser.becomeAnotherProgram()
    expect((await browser.who()).isFresh).toBe(false)

    await browser.confirm()

    expect((await browser.who()).isFresh).toBe(true)
  })
})
