import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

/** How often protection was announced. */
async function countProtections(mode: 'basic' | 'strong', happening: 'other browser' | 'lost') {
  const { browse, heard } = createLoginApp({ options: { sessionProtection: mode } })
  const browser = browse()
  await browser.logIn(1, { remember: true })
  if (happening === 'lost') browser.loseSession()
  else browser.becomeAnotherProgram()
  await browser.who()
  return heard('sessionProtected').length
}

describe('sessionProtected', () => {
  test('94. is emitted once under basic protection, when the browser is another', async () => {
    expect(await countProtections('basic', 'other browser')).toBe(1)
  })

  test('95. is not emitted under basic protection, when the remember cookie restores the session', async () => {
    expect(await countProtections('basic', 'lost')).toBe(0)
  })

  test('96. is not emitted under strong protection, when the remember cookie restores the session', async () => {
    expect(await countProtections('strong', 'lost')).toBe(0)
  })

  test('102. is emitted once under strong protection, when the browser is another', async () => {
    expect(await countProtections('strong', 'other browser')).toBe(1)
  })
})

describe('a logged-out visitor, without protection', () => {
  test('103. a page mounted before the middleware loads no user; behind it, loading is eager', async () => {
    expect(await visitPublicPage('off')).toEqual({ loaded: [], accessed: 0 })
  })

  test('104. emits no sessionProtected on a page that shows the user', async () => {
    expect((await visitLoggedOut('off')).protections).toBe(0)
  })

  test('105. has no session made by a page that shows the user', async () => {
    expect(await visitLoggedOut('off')).toMatchObject({ cookies: 0, sessions: 0 })
  })
})

describe('a logged-out visitor, under basic protection', () => {
  test('106. a page mounted before the middleware loads no user; behind it, loading is eager', async () => {
    expect(await visitPublicPage('basic')).toEqual({ loaded: [], accessed: 0 })
  })

  test('107. emits no sessionProtected on a page that shows the user', async () => {
    expect((await visitLoggedOut('basic')).protections).toBe(0)
  })

  test('108. has no session made by a page that shows the user', async () => {
    expect(await visitLoggedOut('basic')).toMatchObject({ cookies: 0, sessions: 0 })
  })
})

async function visitPublicPage(mode: 'off' | 'basic') {
  const { browse, loaded, heard } = createLoginApp({ options: { sessionProtection: mode } })
  await browse().get('/public')
  return { loaded, accessed: heard('accessed').length }
}

async function visitLoggedOut(mode: 'off' | 'basic') {
  const { browse, heard, sessions } = createLoginApp({ options: { sessionProtection: mode } })
  const browser = browse()
  await browser.who()
  const stored = await new Promise<number>((resolve) =>
    sessions.length((_error, length = 0) => resolve(length)),
  )
  return {
    protections: heard('sessionProtected').length,
    cookies: browser.jar.size,
    sessions: stored,
  }
}
