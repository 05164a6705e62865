import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

/** An application and a browser logged in there, with what was looked up for that forgotten. */
async function withLogin() {
  const loginApp = createLoginApp()
  const browser = loginApp.browse()
  await browser.logIn(1)
  return { ...loginApp, browser }
}

describe('a user who is logged in', () => {
  test('109. is not looked up for a page before the middleware, as nothing that ignores the user need be behind it', async () => {
    const { browser, loaded } = await withLogin()

    expect((await browser.get('/public')).body).toEqual({ name: null })

    expect(loaded).toEqual([])
  })

  test('110. is looked up once for a page that shows the user', async () => {
    const { browser, loaded, heard } = await withLogin()
    const before = heard('accessed').length

    await browser.who()

    expect(loaded).toEqual(['1'])
    expect(heard('accessed')).toHaveLength(before + 1)
  })

  test('111. is the right user there', async () => {
    const { browser, heard } = await withLogin()

    expect((await browser.who()).name).toBe('Notch')
    expect(heard('accessed').at(-1)).toMatchObject({ user: { name: 'Notch' } })
  })
})
