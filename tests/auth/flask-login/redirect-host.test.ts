import { describe, expect, test } from 'vitest'
import { createLoginApp, type LoginAppSettings } from '../support/login-app.ts'

/** The answer to a logged-out visitor who asked that host for a guarded page. */
async function askFor(host: string, options: LoginAppSettings['options'] = {}) {
  const browser = createLoginApp({ options: { loginView: '/login', ...options } }).browse()
  browser.headers.Host = host
  return browser.get('/secret')
}

describe('the redirect to the login view', () => {
  test('168. is 302 whatever host is asked', async () => {
    expect((await askFor('foo.com')).status).toBe(302)
  })

  test('169. is relative and never echoes the Host header', async () => {
    expect((await askFor('foo.com')).headers.location).toBe('/login?next=%2Fsecret')
  })

  test('170. is 302 for a host that is not the configured origin', async () => {
    expect((await askFor('bad.com', { origin: 'https://good.com' })).status).toBe(302)
  })

  test('171. never names a host, not even the configured one: a relative redirect needs no forced host', async () => {
    const res = await askFor('bad.com', { origin: 'https://good.com' })

    expect(res.headers.location).toBe('/login?next=%2Fsecret')
  })
})
