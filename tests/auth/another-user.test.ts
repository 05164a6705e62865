import { describe, expect, test } from 'vitest'
import { openBrowser } from './support/browser.ts'
import { createLoginApp } from './support/login-app.ts'

describe('a second user on the same browser', () => {
  test('takes the cookie of the first one away, and what it was good for', async () => {
    const { browse } = createLoginApp()
    const browser = browse()
    await browser.logIn(1, { remember: true })
    const copy = browser.jar.get('remember')

    await browser.logIn(2)

    expect(browser.jar.has('remember')).toBe(false)
    browser.loseSession()
    expect((await browser.who()).name).toBe(null)
    if (copy) browser.jar.set('remember', copy)
    expect((await browser.who()).name).toBe(null)
  })

  test('is remembered instead of the first one, if asked', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })

    await browser.logIn(2, { remember: true })
    browser.loseSession()

    expect((await browser.who()).name).toBe('Steve')
  })

  test('leaves no session of the first one', async () => {
    const { app, browse, clock } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)
    const other = openBrowser(app, clock.now)
    const session = browser.jar.get('session')
    if (session) other.jar.set('session', session)

    await browser.logIn(2)

    expect((await other.who()).name).toBe(null)
  })
})

describe('a remember cookie that is not of this session', () => {
  test('does not make it a remembered one, and is not renewed with it', async () => {
    const { browse } = createLoginApp({ remember: { refreshEachRequest: true } })
    const [browser, other] = [browse(), browse()]
    await browser.logIn(1)
    await other.logIn(2, { remember: true })
    const foreign = other.jar.get('remember')
    if (foreign) browser.jar.set('remember', foreign)

    const res = await browser.get('/who')

    expect(res.body).toMatchObject({ name: 'Notch', isRemembered: false })
    expect(res.headers['set-cookie']).toBeUndefined()
  })
})
