import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from './support/app.ts'
import { isLoggedIn, logIn, register, registerAndRemember } from './support/users.ts'

const site = await openTestApp()
afterAll(site.close)

/** Counts the statements of an act. */
async function count(act: () => Promise<unknown>): Promise<number> {
  site.statements.length = 0
  await act()
  return site.statements.length
}

describe('logging in', () => {
  test('writes its session once', async () => {
    const ada = await register(site)
    const browser = site.browse()

    await count(() => logIn(browser, ada))

    const writes = site.statements.filter((sql) =>
      /^(INSERT INTO|UPDATE)\W.*"?Session"?\W/.test(sql),
    )
    expect(writes).toHaveLength(1)
    expect(await isLoggedIn(browser)).toBe(true)
  })
})

describe('a signed-in visit', () => {
  test.each(['/dashboard', '/account', '/account/activity', '/account/devices'])(
    'costs at most two statements: %s',
    async (path) => {
      const { browser } = await register(site)
      await browser.visit('/dashboard')

      expect(await count(() => browser.visit(path))).toBeLessThanOrEqual(2)
    },
  )

  test.each(['/account/password', '/reauthenticate', '/nowhere', '/'])(
    'costs one statement where the page shows nothing else: %s',
    async (path) => {
      const { browser } = await register(site)
      await browser.visit('/dashboard')

      expect(await count(() => browser.visit(path))).toBe(1)
    },
  )

  // Bound as a value, it makes SQLite plan the statement anew each time.
  test.each(['/dashboard', '/account/activity'])(
    'is limited in the text of its statements: %s',
    async (path) => {
      const { browser } = await register(site)
      await count(() => browser.visit(path))

      const limits = site.statements.flatMap((sql) => /LIMIT (\S+)/.exec(sql)?.[1] ?? [])
      expect(limits).toEqual([expect.stringMatching(/^\d+$/)])
    },
  )

  test('costs no more when a remember cookie comes with it', async () => {
    const { browser } = await registerAndRemember(site)
    await browser.visit('/dashboard')

    expect(await count(() => browser.visit('/dashboard'))).toBeLessThanOrEqual(2)
  })
})

describe('a logged-out visitor', () => {
  test.each(['/', '/login', '/register', '/logout', '/dashboard', '/nowhere', '/forgot-password'])(
    'costs no statement: %s',
    async (path) => {
      const browser = site.browse()

      expect(await count(() => browser.visit(path))).toBe(0)
    },
  )

  test('costs none when they come again with the cookies that they were given', async () => {
    const browser = site.browse()
    await browser.visit('/dashboard')

    expect(await count(() => browser.visit('/login'))).toBe(0)
  })

  test('costs none with a session cookie with a wrong signature', async () => {
    const browser = site.browse()
    browser.cookies.set('session', { value: 's%3Aabc.def', attributes: {}, expiresAt: null })

    expect(await count(() => browser.visit('/login'))).toBe(0)
  })

  test('has their dead session looked up once only', async () => {
    const { browser } = await register(site)
    await site.database.session.deleteMany()
    await browser.visit('/login')

    expect(await count(() => browser.visit('/login'))).toBe(0)
    expect(await isLoggedIn(browser)).toBe(false)
  })
})

describe('files and health checks', () => {
  test.each(['/app.css', '/app.js', '/favicon.svg', '/healthz'])(
    'do not ask who is visiting: %s',
    async (path) => {
      const { browser } = await register(site)

      expect(await count(() => browser.visit(path))).toBe(0)
    },
  )

  test('ask the database once whether it can write and its tables are up to date', async () => {
    const { browser } = await register(site)

    expect(await count(() => browser.visit('/readyz'))).toBe(1)
  })
})
