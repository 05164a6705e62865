import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { isLoggedIn, logIn, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const DANGEROUS = '/account/devices/revoke-others'

/** A user in two browsers: a form that is forged in the first would log the second out. */
async function registerWithTwo() {
  const ada = await register(site)
  const other = site.browse()
  await logIn(other, ada)
  return { browser: ada.browser, other }
}

type Forgery = (browser: Browser) => Promise<{ path?: string; fields?: object; headers?: object }>

const forgeries: Record<string, Forgery> = {
  'no token': async () => ({}),
  'a made-up token': async () => ({ fields: { _csrf: 'abcdefgh-ijklmnopqrstuvwxyz0123456' } }),
  'an empty token': async () => ({ fields: { _csrf: '' } }),
  "another user's token": async () => {
    const { browser } = await register(site)
    return { fields: { _csrf: await browser.takeToken('/dashboard') } }
  },
  'the token of another visitor': async () => ({
    fields: { _csrf: await site.browse().takeToken('/login') },
  }),
  'the token in the query': async (browser) => ({
    path: `${DANGEROUS}?_csrf=${await browser.takeToken('/dashboard')}`,
  }),
  'the token in another header': async (browser) => ({
    headers: { 'X-XSRF-Token': await browser.takeToken('/dashboard') },
  }),
  'a cross-site request': withHeaders({ 'Sec-Fetch-Site': 'cross-site' }),
  'a same-site request': withHeaders({ 'Sec-Fetch-Site': 'same-site' }),
  'an unknown kind of site': withHeaders({ 'Sec-Fetch-Site': 'what' }),
  'another origin': withHeaders({ Origin: 'https://evil.example' }),
  'another port': withHeaders({ Origin: 'http://localhost:3001' }),
  'our name with more after it': withHeaders({ Origin: 'http://localhost:3000.evil.example' }),
  'no origin that could be named': withHeaders({ Origin: 'null' }),
}

function withHeaders(headers: Record<string, string>): Forgery {
  return async (browser) => ({ headers, fields: { _csrf: await browser.takeToken('/dashboard') } })
}

describe('a form', () => {
  test.each(Object.entries(forgeries))(
    'is refused with %s, and nothing is done',
    async (_, forge) => {
      const { browser, other } = await registerWithTwo()
      const { path = DANGEROUS, fields = {}, headers = {} } = await forge(browser)

      const answer = await browser.post(path, { ...fields }, { ...headers })

      expect(answer.status).toBe(403)
      expect(answer.text).toContain('Nothing was changed')
      expect(answer.text).toMatch(/<a class="button[^>]* href="\/account\/devices"/)
      expect(await isLoggedIn(other)).toBe(true)
      expect(await isLoggedIn(browser)).toBe(true)
    },
  )

  test.each([
    ['from our own origin', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:3000' }],
    ['typed in by hand', { 'Sec-Fetch-Site': 'none' }],
    ['from a client that says nothing', {}],
  ])('is taken %s', async (_, headers) => {
    const { browser, other } = await registerWithTwo()
    const _csrf = await browser.takeToken('/dashboard')

    const answer = await browser.post(DANGEROUS, { _csrf }, { ...headers })

    expect(answer.status).toBe(303)
    expect(await isLoggedIn(other)).toBe(false)
  })

  test('is taken with its token in the x-csrf-token header', async () => {
    const { browser } = await registerWithTwo()

    const answer = await browser.post(
      DANGEROUS,
      {},
      { 'X-CSRF-Token': await browser.takeToken('/dashboard') },
    )

    expect(answer.status).toBe(303)
  })

  test('is refused with a token from before the login', async () => {
    const ada = await register(site)
    const browser = site.browse()
    const before = await browser.takeToken('/login')
    await logIn(browser, ada)

    const answer = await browser.post(DANGEROUS, { _csrf: before })

    expect(answer.status).toBe(403)
  })

  test('is still good when the password was given again meanwhile', async () => {
    const { browser, password } = await register(site)
    const _csrf = await browser.takeToken('/dashboard')
    await browser.submit('/reauthenticate', { password })

    const answer = await browser.post(DANGEROUS, { _csrf })

    expect(answer.status).toBe(303)
  })
})

describe('an unknown URL', () => {
  test('is 404 before any token is asked for', async () => {
    const answer = await site.browse().post('/nowhere')

    expect(answer.status).toBe(404)
  })
})
