import type { Express } from 'express'
import { describe, expect, test } from 'vitest'
import { byUserId } from './support/loaders.ts'
import { createLoginApp } from './support/login-app.ts'

function addBasket(app: Express): void {
  app.post('/basket', (req, res) => {
    req.session.next = '/basket'
    res.send('kept')
  })
}

/** A browser that is logged in and remembered, where protection is strong. */
async function withLogin() {
  const options = { sessionProtection: 'strong' } as const
  const loginApp = createLoginApp({ options, addPages: addBasket })
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  return { ...loginApp, browser }
}

describe('strong protection', () => {
  test('does not eat a session that the remember cookie restored', async () => {
    const { browser } = await withLogin()
    browser.loseSession()

    expect((await browser.who()).name).toBe('Notch')
    expect((await browser.who()).name).toBe('Notch')
    expect(browser.jar.has('remember')).toBe(true)
  })

  test('protects a restored session as it does any other', async () => {
    const { browser } = await withLogin()
    browser.loseSession()
    await browser.who()

    browser.becomeAnotherProgram()

    expect((await browser.who()).name).toBe(null)
  })

  test('does not compare a session without a login, and leaves the cookie alone', async () => {
    const { browse, browser, heard } = await withLogin()
    const remembered = browser.jar.get('remember')
    const other = browse()
    await other.post('/basket')
    if (remembered) other.jar.set('remember', remembered)

    expect((await other.who()).name).toBe('Notch')
    expect(heard('sessionProtected')).toEqual([])
  })

  test('ends every series that the request names: of the session and of the cookie', async () => {
    const { browse, browser } = await withLogin()
    const other = browse()
    await other.logIn(2, { remember: true })
    const [own, foreign] = [browser.jar.get('remember'), other.jar.get('remember')]
    if (foreign) browser.jar.set('remember', foreign)

    browser.becomeAnotherProgram()
    await browser.who()

    for (const cookie of [own, foreign]) {
      const visitor = browse()
      if (cookie) visitor.jar.set('remember', cookie)
      expect((await visitor.who()).name).toBe(null)
    }
  })
})

describe('a browser that strong protection has expelled', () => {
  test('is logged out for that request, whatever else it carries', async () => {
    const options = { sessionProtection: 'strong', ...byUserId } as const
    const browser = createLoginApp({ options }).browse()
    await browser.logIn(1)

    browser.becomeAnotherProgram()

    expect((await browser.who('/who?user_id=2')).name).toBe(null)
    expect((await browser.who('/who?user_id=2')).name).toBe('Steve')
  })
})

describe('no protection', () => {
  test('leaves a login fresh when the browser is another', async () => {
    const { browse, heard } = createLoginApp({ options: { sessionProtection: 'off' } })
    const browser = browse()
    await browser.logIn(1)

    browser.becomeAnotherProgram()

    expect(await browser.who()).toMatchObject({ name: 'Notch', isFresh: true })
    expect(heard('sessionProtected')).toEqual([])
  })
})

describe('the IP of a visitor', () => {
  test.each([
    { proxies: 0, name: 'Notch' },
    { proxies: 1, name: null },
  ])(
    'is taken from X-Forwarded-For only as far as $proxies proxies are trusted',
    async ({ proxies, name }) => {
      const { app, browser } = await withLogin()
      app.set('trust proxy', proxies)

      browser.headers['X-Forwarded-For'] = '203.0.113.7'

      expect((await browser.who()).name).toBe(name)
    },
  )
})
