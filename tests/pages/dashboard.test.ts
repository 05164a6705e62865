import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import { doJobs } from '../support/jobs.ts'
import { logIn, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a protected page', () => {
  test('sends a logged-out visitor to log in, says why once, and takes them back where they were going', async () => {
    const ada = await register(site)
    const browser = site.browse()

    const refused = await browser.visit('/dashboard?tab=one&x=%2F')
    const login = await browser.follow(refused)
    const again = await browser.visit('/login')
    const answer = await browser.submit(String(refused.headers.location), {
      username: ada.username,
      password: ada.password,
    })

    expect(refused.status).toBe(302)
    expect(refused.headers.location).toBe('/login?next=%2Fdashboard%3Ftab%3Done%26x%3D%252F')
    expect(readFlashes(login.text)).toEqual(['Please log in to access this page.'])
    expect(readFlashes(again.text)).toEqual([])
    expect(answer.headers.location).toBe('/dashboard?tab=one&x=%2F')
  })

  test.each([
    '/dashboard',
    '/reauthenticate',
    '/account/password',
    '/account/devices',
    '/account/activity',
  ])('is shown to no logged-out visitor: %s', async (path) => {
    const page = await site.browse().visit(path)
    const head = await site.browse().ask('head', path)

    const place = `/login?next=${encodeURIComponent(path)}`
    expect([page.status, page.headers.location]).toEqual([302, place])
    expect([head.status, head.headers.location]).toEqual([302, place])
  })

  test('sends a logged-out visitor who posts to log in, without the way back, and does nothing', async () => {
    const ada = await register(site)
    const other = site.browse()
    await logIn(other, ada)
    const visitor = site.browse()
    const _csrf = await visitor.takeToken('/login')

    const answer = await visitor.post('/account/devices/revoke-others', { _csrf })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect((await other.visit('/dashboard')).status).toBe(200)
  })

  test('answers a logged-out visitor in JSON where that is what they prefer, to GET and POST', async () => {
    const visitor = site.browse()
    const accept = { Accept: 'application/json' }
    const _csrf = await visitor.takeToken('/login')

    const get = await visitor.visit('/dashboard', accept)
    const post = await visitor.post('/account/devices/revoke-others', { _csrf }, accept)

    for (const answer of [get, post]) {
      expect([answer.status, answer.body]).toEqual([401, { error: 'login_required' }])
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    }
  })

  test.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', 302],
    ['*/*', 302],
    ['application/json;q=0.5, text/html', 302],
    ['application/json, text/html;q=0.5', 401],
  ])('answers one who accepts %s with %i', async (accept, status) => {
    const answer = await site.browse().visit('/dashboard', { Accept: accept })

    expect(answer.status).toBe(status)
  })
})

describe('GET /dashboard', () => {
  test('greets by name, and shows what happened lately with a way to the rest', async () => {
    const ada = await register(site, { username: 'Ada' })
    await logIn(site.browse(), { ...ada, password: 'wrong' })
    await doJobs(site)

    const { status, text } = await ada.browser.visit('/dashboard')

    expect(status).toBe(200)
    expect(text).toContain('Hello, <bdi>Ada</bdi>.')
    expect(text).toContain('Account created')
    expect(text).toContain('Failed attempt to log in')
    for (const path of ['/account', '/account/password', '/account/devices', '/account/activity']) {
      expect(text).toContain(`href="${path}"`)
    }
  })

  test('shows this browser, and where the application starts, with its files in development alone', async () => {
    const { browser } = await register(site)
    const production = await openTestApp(PRODUCTION, site)
    const visitor = production.browse()
    await visitor.submit('/register', userFields())

    const { text } = await browser.visit('/dashboard')
    const served = await visitor.visit('/dashboard')

    expect(text).toContain('Firefox on Linux')
    expect(text).toContain('Your application starts here')
    expect(text).toContain('<code>views/dashboard.njk</code>')
    expect(served.text).toContain('Your application starts here')
    expect(served.text).not.toContain('dashboard.njk')
  })

  test('never shows what happened to another user', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    await logIn(site.browse(), { ...bob, password: 'wrong' })

    const { text } = await ada.browser.visit('/dashboard')

    expect(text).not.toContain('Failed attempt')
  })

  test('is there for HEAD, without a body', async () => {
    const { browser } = await register(site)

    const head = await browser.ask('head', '/dashboard')

    expect([head.status, head.text]).toEqual([200, undefined])
  })
})

const PRODUCTION = {
  NODE_ENV: 'production',
  APP_URL: 'https://app.example',
  BCRYPT_COST: '10',
  THROTTLE: 'on',
}
