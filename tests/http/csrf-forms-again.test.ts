import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readTitle } from '../support/html.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a form whose token is stale', () => {
  test('at /login is shown again, with the name, the wish and no password', async () => {
    const typed = {
      username: 'Ada "L"',
      password: PASSWORD,
      next: '/account/devices',
      _csrf: 'stale',
    }

    const answer = await site.browse().post('/login', typed)

    expect([answer.status, readTitle(answer.text)]).toEqual([403, 'Error: Log in'])
    expect(readErrors(answer.text)).toEqual([expect.stringContaining('needs cookies')])
    expect(readField(answer.text, '/login', 'username')).toBe('Ada "L"')
    expect(readField(answer.text, '/login', 'next')).toBe('/account/devices')
    expect(answer.text).not.toContain(PASSWORD)
  })

  test('is taken when it is sent as it was shown again', async () => {
    const ada = await register(site)
    const { username, password } = ada
    const browser = site.browse()
    const refused = await browser.post('/login', { username, password, _csrf: 'stale' })

    const _csrf = readField(refused.text, '/login', '_csrf') ?? ''
    const answer = await browser.post('/login', { username, password, _csrf })

    expect(answer.headers.location).toBe('/dashboard')
  })

  test('logs no user in for another site, though it shows the form', async () => {
    const { username, password } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')

    const answer = await browser.post(
      '/login',
      { username, password, _csrf },
      { 'Sec-Fetch-Site': 'cross-site' },
    )

    expect(answer.status).toBe(403)
    expect(browser.valueOf('session')).toBeUndefined()
    expect(readField(answer.text, '/login', '_csrf')).not.toBe('')
  })

  test('at /register is shown again, with name and email and no password', async () => {
    const typed = {
      username: 'Ada',
      email: 'ada@example.org',
      password: PASSWORD,
      confirm: PASSWORD,
    }

    const answer = await site.browse().post('/register', typed)

    expect([answer.status, readTitle(answer.text)]).toEqual([403, 'Error: Register'])
    expect(readField(answer.text, '/register', 'username')).toBe('Ada')
    expect(readField(answer.text, '/register', 'email')).toBe('ada@example.org')
    expect(answer.text).not.toContain(PASSWORD)
  })

  test.each(['/login', '/register', '/forgot-password'])(
    'at %s is refused with the token of another browser, and with its own in the URL',
    async (path) => {
      const [browser, other] = [site.browse(), site.browse()]
      const [own, others] = [await browser.takeToken(path), await other.takeToken(path)]
      const fields = { username: 'Ada', email: 'ada@example.org', password: PASSWORD }
      const query = new URLSearchParams({ _csrf: own })

      const foreign = await browser.post(path, { ...fields, _csrf: others })
      const inQuery = await browser.post(`${path}?${query}`, fields)

      expect([foreign.status, inQuery.status]).toEqual([403, 403])
    },
  )

  test('is refused in a browser that was logged out and in again meanwhile', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.submit('/logout')
    await logIn(ada.browser, ada)

    const answer = await ada.browser.post('/account', { _csrf, name: 'Eve' })

    expect(answer.status).toBe(403)
  })
})
