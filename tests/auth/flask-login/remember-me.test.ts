import { describe, expect, test } from 'vitest'
import type { LogInOptions } from '../../../src/auth/login.ts'
import { hours } from '../../../src/durations.ts'
import { byUserId } from '../support/loaders.ts'
import { createLoginApp } from '../support/login-app.ts'

/** Logs in with remember, loses the session, and says who comes back. */
async function comeBack(asked: LogInOptions) {
  const browser = createLoginApp().browse()
  await browser.logIn(1, { remember: true, ...asked })
  browser.loseSession()
  return browser.who()
}

describe('a remembered browser that lost its session', () => {
  test('47. is still that user', async () => {
    expect((await comeBack({})).name).toBe('Notch')
  })

  test('48. is not fresh', async () => {
    expect((await comeBack({})).isFresh).toBe(false)
  })

  test('49. is remembered', async () => {
    expect((await comeBack({})).isRemembered).toBe(true)
  })
})

describe('a browser remembered for a duration of its own that lost its session', () => {
  const asked = { duration: hours(7) }

  test('50. is still that user', async () => {
    expect((await comeBack(asked)).name).toBe('Notch')
  })

  test('51. is not fresh', async () => {
    expect((await comeBack(asked)).isFresh).toBe(false)
  })

  test('52. is remembered', async () => {
    expect((await comeBack(asked)).isRemembered).toBe(true)
  })
})

describe('a session restored by the cookie', () => {
  test('64. is not fresh at its first question, since the user is loaded before any page', async () => {
    const { browse } = createLoginApp({
      addPages: (app, { isFresh }) => app.get('/fresh', (req, res) => void res.json(isFresh(req))),
    })
    const browser = browse()
    await browser.logIn(1, { remember: true })
    browser.loseSession()

    expect((await browser.get('/fresh')).body).toBe(false)
  })

  test('65. is remembered at its first question', async () => {
    const { browse } = createLoginApp({
      addPages: (app, { isRemembered }) =>
        app.get('/remembered', (req, res) => void res.json(isRemembered(req))),
    })
    const browser = browse()
    await browser.logIn(1, { remember: true })
    browser.loseSession()

    expect((await browser.get('/remembered')).body).toBe(true)
  })

  test('66. emits loadedFromCookie once, with the user', async () => {
    const { browse, heard } = createLoginApp()
    const browser = browse()
    await browser.logIn(1, { remember: true })
    browser.loseSession()

    await browser.who()
    await browser.who()

    expect(heard('loadedFromCookie')).toMatchObject([{ user: { name: 'Notch' } }])
  })
})

describe('a user named by the request', () => {
  test('67. is served', async () => {
    const browser = createLoginApp({ options: byUserId }).browse()

    expect((await browser.who('/who?user_id=1')).name).toBe('Notch')
  })

  test('68. is announced by loadedFromRequest once', async () => {
    const { browse, heard } = createLoginApp({ options: byUserId })

    await browse().who('/who?user_id=1')

    expect(heard('loadedFromRequest')).toMatchObject([{ user: { name: 'Notch' } }])
  })
})

describe('a remembered browser after logging out', () => {
  test('69. is anonymous: the cookie is gone', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })
    expect(browser.jar.has('remember')).toBe(true)

    await browser.logOut()

    expect(browser.jar.has('remember')).toBe(false)
    expect((await browser.who()).name).toBe(null)
  })

  test('70. is anonymous after a duration of its own, too', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true, duration: hours(7) })

    await browser.logOut()

    expect(browser.jar.has('remember')).toBe(false)
    expect((await browser.who()).name).toBe(null)
  })
})

describe('a remember cookie of garbage', () => {
  test('71. leaves the visitor anonymous, is no error, and is left alone: we did not sign it', async () => {
    const browser = createLoginApp().browse()
    browser.jar.set('remember', { value: 'foo', attributes: {}, expiresAt: null })

    const res = await browser.get('/who')

    expect(res.status).toBe(200)
    expect(res.body.name).toBe(null)
    expect(browser.jar.has('remember')).toBe(true)
  })
})
