import { describe, expect, test } from 'vitest'
import { setCookies } from '../support/browser.ts'
import { createLoginApp } from '../support/login-app.ts'

/** An application and a browser whose session was restored by its remember cookie. */
async function withRestoredLogin() {
  const loginApp = createLoginApp()
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  browser.loseSession()
  await browser.who()
  return { ...loginApp, browser }
}

describe('confirmLogin', () => {
  test('82. has something to do in a restored session, which is remembered and not fresh', async () => {
    const { browser } = await withRestoredLogin()

    expect(await browser.who()).toMatchObject({ isFresh: false, isRemembered: true })
  })

  test('83. makes it fresh, under a session id of its own', async () => {
    const { browser } = await withRestoredLogin()
    const before = browser.jar.get('session')?.value

    await browser.confirm()

    expect(await browser.who()).toMatchObject({ name: 'Notch', isFresh: true })
    expect(browser.jar.get('session')?.value).not.toBe(before)
  })

  test('84. leaves it remembered', async () => {
    const { browser } = await withRestoredLogin()

    await browser.confirm()

    expect((await browser.who()).isRemembered).toBe(true)
  })

  test('85. emits loginConfirmed once, but not for a logged-out visitor, who has no login to make fresh', async () => {
    const { browser, browse, heard } = await withRestoredLogin()

    expect((await browser.confirm()).result).toBe(true)
    expect(await browse().confirm()).toMatchObject({ result: false, isFresh: false })

    expect(heard('loginConfirmed')).toMatchObject([{ user: { name: 'Notch' } }])
  })
})

describe('a request that does nothing about the login', () => {
  test('86. leaves the session as it was loaded, while it is handled', async () => {
    const { browse, sessions } = createLoginApp({
      addPages: (app) => app.get('/session', (req, res) => void res.json(req.session)),
    })
    const browser = browse()
    await browser.logIn(1)
    const [stored = ''] = Object.values(readSessions(sessions))

    const res = await browser.get('/session')

    expect(res.body).toEqual(JSON.parse(stored))
  })

  test('87. sets no cookie and changes nothing in the store', async () => {
    const { browse, sessions } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)
    const before = { ...readSessions(sessions) }

    const res = await browser.get('/who')

    expect(setCookies(res)).toEqual([])
    expect(readSessions(sessions)).toEqual(before)
  })
})

/** The sessions it keeps as JSON, by id. */
function readSessions(store: object): Record<string, string> {
  return 'sessions' in store ? (store.sessions as Record<string, string>) : {}
}
