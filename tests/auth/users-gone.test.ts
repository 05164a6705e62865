import { describe, expect, test } from 'vitest'
import { type Browser, openBrowser } from './support/browser.ts'
import { byUserId } from './support/loaders.ts'
import { createLoginApp } from './support/login-app.ts'

/** An application and a browser that is logged in and remembered there. */
async function withLogin(options = {}) {
  const loginApp = createLoginApp({ options })
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  const notch = { id: 1, name: 'Notch', isActive: true }
  return { ...loginApp, browser, notch }
}

/** Gives another browser the same cookies. */
function copyCookies(from: Browser, app: Parameters<typeof openBrowser>[0], now: () => Date) {
  const copy = openBrowser(app, now)
  for (const [name, cookie] of from.jar) copy.jar.set(name, cookie)
  return copy
}

describe('a user who is deactivated while logged in', () => {
  test('is out at the next request, remembered or not', async () => {
    const { browser, people, notch } = await withLogin()

    people.set('1', { ...notch, isActive: false })

    expect((await browser.get('/secret')).status).toBe(401)
    expect((await browser.who()).name).toBe(null)
    expect(browser.jar.has('remember')).toBe(false)
  })

  test('is not let in by the remember cookie alone', async () => {
    const { browser, people, notch } = await withLogin()
    browser.loseSession()

    people.set('1', { ...notch, isActive: false })

    expect((await browser.who()).name).toBe(null)
  })

  test('does not come back by a cookie from before, when active again', async () => {
    const { app, clock, browser, people, notch } = await withLogin()
    const copy = copyCookies(browser, app, clock.now)
    people.set('1', { ...notch, isActive: false })
    await browser.who()

    people.set('1', notch)

    expect((await browser.who()).name).toBe(null)
    expect((await copy.who()).name).toBe(null)
  })
})

describe('a user who is deleted', () => {
  test('leaves an id that lets no user in when it is given to another', async () => {
    const { app, clock, browser, people } = await withLogin()
    const copy = copyCookies(browser, app, clock.now)
    people.delete('1')
    await browser.who()

    people.set('1', { id: 1, name: 'Another', isActive: true })

    expect((await browser.who()).name).toBe(null)
    expect((await copy.who()).name).toBe(null)
  })

  test('leaves no series behind even where its cookie is not sent', async () => {
    const { browser, people } = await withLogin()
    const kept = browser.jar.get('remember')
    browser.jar.delete('remember')
    people.delete('1')
    await browser.who()

    people.set('1', { id: 1, name: 'Another', isActive: true })
    if (kept) browser.jar.set('remember', kept)

    expect((await browser.who()).name).toBe(null)
  })

  test('leaves no series behind where the cookie alone is sent', async () => {
    const { browser, people } = await withLogin()
    const kept = browser.jar.get('remember')
    browser.loseSession()
    people.delete('1')
    await browser.who()

    people.set('1', { id: 1, name: 'Another', isActive: true })
    if (kept) browser.jar.set('remember', kept)

    expect((await browser.who()).name).toBe(null)
  })

  test('leaves a session that lends its freshness to no other user', async () => {
    const { browser, people } = await withLogin(byUserId)
    browser.jar.delete('remember')
    people.delete('1')

    expect(await browser.who('/who?user_id=2')).toMatchObject({ name: 'Steve', isFresh: false })
  })
})
