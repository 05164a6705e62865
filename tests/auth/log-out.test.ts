import { describe, expect, test } from 'vitest'
import { setCookies } from './support/browser.ts'
import { createLoginApp } from './support/login-app.ts'

describe('logOut', () => {
  test('makes a kept session cookie worthless', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1)
    const kept = browser.jar.get('session')

    await browser.logOut()
    if (kept) browser.jar.set('session', kept)

    expect((await browser.who()).name).toBe(null)
  })

  test('makes a kept remember cookie worthless', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })
    const kept = browser.jar.get('remember')

    await browser.logOut()
    if (kept) browser.jar.set('remember', kept)

    expect((await browser.who()).name).toBe(null)
    expect(browser.jar.has('remember')).toBe(false)
  })

  test('works twice, and says the second time that no user was logged in', async () => {
    const { browse, heard } = createLoginApp()
    const browser = browse()
    await browser.logIn(1, { remember: true })

    expect((await browser.logOut()).result).toMatchObject({ name: 'Notch' })
    expect((await browser.logOut()).result).toBe(null)

    expect(heard('loggedOut')).toMatchObject([{ user: { name: 'Notch' } }, { user: null }])
  })

  test('works with the remember cookie alone', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })
    const kept = browser.jar.get('remember')
    browser.loseSession()

    expect((await browser.logOut()).result).toMatchObject({ name: 'Notch' })

    expect(browser.jar.has('remember')).toBe(false)
    browser.loseSession()
    if (kept) browser.jar.set('remember', kept)
    expect((await browser.who()).name).toBe(null)
  })

  test('ends the series of the session even where its cookie is not sent', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })
    const kept = browser.jar.get('remember')
    browser.jar.delete('remember')

    await browser.logOut()
    if (kept) browser.jar.set('remember', kept)

    expect((await browser.who()).name).toBe(null)
  })

  test('leaves other browsers of the same user alone', async () => {
    const { browse } = createLoginApp()
    const [browser, other] = [browse(), browse()]
    await browser.logIn(1, { remember: true })
    await other.logIn(1, { remember: true })

    await browser.logOut()

    expect((await other.who()).name).toBe('Notch')
    other.loseSession()
    expect((await other.who()).name).toBe('Notch')
  })

  test('takes the cookie back with the attributes it was set with', async () => {
    const attributes = {
      path: '/',
      domain: 'app.example',
      secure: true,
      sameSite: 'strict',
    } as const
    const browser = createLoginApp({ remember: attributes }).browse()
    await browser.logIn(1, { remember: true })
    const { 'max-age': _, expires: __, ...set } = browser.jar.get('remember')?.attributes ?? {}

    const res = await browser.post('/log-out')

    const deletion = setCookies(res).find((line) => line.startsWith('remember=;')) ?? ''
    expect(deletion).toContain('Expires=Thu, 01 Jan 1970')
    expect(set).toEqual({
      path: '/',
      domain: 'app.example',
      httponly: '',
      secure: '',
      samesite: 'Strict',
    })
    for (const [name, value] of Object.entries(set)) {
      expect(deletion.toLowerCase()).toContain(
        value ? `; ${name}=${value.toLowerCase()}` : `; ${name}`,
      )
    }
  })

  test('takes no cookie back that was not sent', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1)

    const res = await browser.post('/log-out')

    expect(setCookies(res).filter((line) => line.startsWith('remember='))).toEqual([])
  })

  test('leaves no session behind', async () => {
    const { browse, sessions } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)

    await browser.logOut()

    expect(Object.keys(Reflect.get(sessions, 'sessions'))).toEqual([])
  })
})
