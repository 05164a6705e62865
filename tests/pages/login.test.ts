import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readFlashes, readTitle } from '../support/html.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('GET /login', () => {
  test('sends a user who is logged in to where they wanted to go', async () => {
    const { browser } = await register(site)

    const bare = await browser.visit('/login')
    const wished = await browser.visit('/login?next=%2Faccount%2Fdevices')

    expect([bare.status, bare.headers.location]).toEqual([302, '/dashboard'])
    expect(wished.headers.location).toBe('/account/devices')
  })

  test.each(['/LOGIN', '/login/'])('answers at %s too', async (path) => {
    const answer = await site.browse().visit(path)

    expect([answer.status, readTitle(answer.text)]).toEqual([200, 'Log in'])
  })
})

describe('POST /login by a user who is logged in', () => {
  test.each([
    ['with the token of an open page', 'now'],
    ['with a token from before the login, as a second press has', 'before'],
  ])('logs no other user in, and says so: %s', async (_, when) => {
    const [ada, bob] = [await register(site), await register(site)]
    const browser = site.browse()
    const before = await browser.takeToken('/login')
    await logIn(browser, ada)
    const now = await browser.takeToken('/dashboard')
    await browser.visit('/dashboard')
    const { username, password } = bob

    const _csrf = when === 'now' ? now : before
    const answer = await browser.post('/login', { username, password, _csrf })
    const dashboard = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual([
      'You are logged in already. To use another account, log out first.',
    ])
    expect(dashboard.text).toContain(`Hello, <bdi>${ada.username}</bdi>`)
  })

  test('is refused to another site like any form', async () => {
    const { browser } = await register(site)

    const answer = await browser.post('/login', {}, { 'Sec-Fetch-Site': 'cross-site' })

    expect(answer.status).toBe(403)
  })
})

describe('POST /login', () => {
  test('logs the user in and greets them on the dashboard, once', async () => {
    const grace = await register(site, { username: 'Grace' })
    const browser = site.browse()

    const answer = await logIn(browser, grace)
    const dashboard = await browser.follow(answer)
    const again = await browser.visit('/dashboard')

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual(['Welcome back, Grace'])
    expect(readFlashes(again.text)).toEqual([])
  })

  test.each([
    ['the user name in other case', ({ username }: { username: string }) => username.toUpperCase()],
    ['the email', ({ email }: { email: string }) => email],
    [
      'the email in other case, with spaces around',
      ({ email }: { email: string }) => ` ${email.toUpperCase()} `,
    ],
  ])('takes %s', async (_, typed) => {
    const ada = await register(site)

    const answer = await logIn(site.browse(), { ...ada, username: typed(ada) })

    expect(answer.status).toBe(303)
  })

  test('answers at /LOGIN too', async () => {
    const { username, password } = await register(site)
    const browser = site.browse()

    const _csrf = await browser.takeToken('/login')
    const answer = await browser.post('/LOGIN', { username, password, _csrf })

    expect(answer.headers.location).toBe('/dashboard')
  })

  test('gives the browser a new session id, and lets the one it had open nothing', async () => {
    const ada = await register(site)
    const { browser } = ada
    const before = site.browse().copyCookies(browser)
    const _csrf = await browser.takeToken('/dashboard')
    await browser.post('/logout', { _csrf })
    browser.cookies.set('session', {
      value: before.valueOf('session') ?? '',
      attributes: {},
      expiresAt: null,
    })

    await logIn(browser, ada)

    expect(browser.valueOf('session')).not.toBe(before.valueOf('session'))
    expect((await before.visit('/dashboard')).status).toBe(302)
    expect((await browser.visit('/dashboard')).status).toBe(200)
  })

  test('does not start the session that a stranger chose', async () => {
    const ada = await register(site)
    const browser = site.browse()
    const chosen = { value: 's:chosen.by-a-stranger', attributes: {}, expiresAt: null }
    browser.cookies.set('session', chosen)

    await logIn(browser, ada)

    expect(browser.valueOf('session')).not.toContain('chosen')
  })

  test('changes nothing for a user who is logged in already', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const { browser } = ada
    const _csrf = await browser.takeToken('/dashboard')

    const answer = await browser.post('/login', {
      username: bob.username,
      password: PASSWORD,
      _csrf,
    })

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect((await browser.visit('/dashboard')).text).toContain(ada.username)
  })

  test('shows a name made of HTML as text', async () => {
    const ada = await register(site)
    const name = '<script>alert(1)</script>'
    await site.database.user.update({ where: { usernameKey: ada.username }, data: { name } })
    const browser = site.browse()

    const dashboard = await browser.follow(await logIn(browser, ada))

    expect(dashboard.text).not.toContain(name)
    expect(readFlashes(dashboard.text)).toEqual([`Welcome back, ${name}`])
  })
})
