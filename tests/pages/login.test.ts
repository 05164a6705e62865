import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readFlashes, readTitle, withoutToken } from '../support/html.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const disable = (username: string) =>
  site.database.user.update({ where: { usernameKey: username }, data: { isActive: false } })

describe('GET /login', () => {
  test('sends somebody who is logged in to where they wanted to go', async () => {
    const { browser } = await register(site)

    const bare = await browser.visit('/login')
    const wished = await browser.visit('/login?next=%2Faccount%2Fdevices')

    expect([bare.status, bare.headers.location]).toEqual([302, '/dashboard'])
    expect(wished.headers.location).toBe('/account/devices')
  })

  test.each(['/LOGIN', '/login/'])('answers at %s too', async (path) => {
    const answer = await site.browse().visit(path)

    expect([answer.status, readTitle(answer.text)]).toEqual([200, 'Log in – Express Login'])
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
    ['the address', ({ email }: { email: string }) => email],
    [
      'the address in other case, with spaces around',
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

  test('refuses a wrong password, an unknown user and a disabled one with the same bytes', async () => {
    const known = await register(site)
    const disabled = await register(site)
    await disable(disabled.username)
    const wrong = (username: string) =>
      site.browse().submit('/login', { username, password: 'not the password' })
    const refuse = async (username: string) => {
      const { status, headers, text } = await wrong(username)
      const { date: _, 'set-cookie': __, ...same } = headers
      return { status, same, text: withoutToken(text).replaceAll(username, 'NAME') }
    }

    const [answer, ...others] = await Promise.all(
      [
        known.username,
        disabled.username,
        known.username.replace('ada', 'bob'),
        known.email.replace('ada', 'bob'),
      ].map(refuse),
    )

    expect(answer?.status).toBe(422)
    expect(readErrors(answer?.text ?? '')).toEqual(['Wrong user name or password.'])
    expect(others.map(({ text }) => text.replace('NAME@example.org', 'NAME'))).toEqual(
      Array(3).fill(answer?.text),
    )
  })

  test('tells somebody disabled that they are, once they give the right password', async () => {
    const ada = await register(site)
    await disable(ada.username)
    const browser = site.browse()

    const answer = await logIn(browser, ada)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([expect.stringContaining('This account is disabled.')])
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test.each([
    ['nothing', {}, ['Enter your user name or email address.', 'Enter your password.']],
    ['no password', { username: 'ada' }, ['Enter your password.']],
    [
      'spaces for a name',
      { username: '  ', password: 'x' },
      ['Enter your user name or email address.'],
    ],
    [
      'a name that is too long',
      { username: 'a'.repeat(255), password: 'x' },
      ['Use at most 254 characters.'],
    ],
    [
      'a name with a NUL',
      { username: 'ada\0', password: 'x' },
      [expect.stringContaining('without control characters')],
    ],
  ])('says what is missing where somebody sends %s', async (_, fields, errors) => {
    const answer = await site.browse().submit('/login', fields)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual(errors)
  })

  test('says Error in the title, keeps the name, the wish and the box, and never the password', async () => {
    const typed = { username: '<i>"Ada"</i>', password: 'a wrong secret', remember: 'on' }

    const { text } = await site.browse().submit('/login?next=%2Faccount%2Fdevices', typed)

    expect(readTitle(text)).toMatch(/^Error: Log in/)
    expect(readField(text, '/login', 'username')).toBe(typed.username)
    expect(readField(text, '/login', 'next')).toBe('/account/devices')
    expect(text).toMatch(/name="remember" type="checkbox" checked/)
    expect(text).not.toContain('a wrong secret')
    expect(text).not.toContain('<i>')
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

  test('changes nothing for somebody who is logged in already', async () => {
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

describe('next', () => {
  const ours = ['/dashboard', '/account/devices?a=b&c=%2F', '/account/../account/devices']
  const hostile = [
    'https://evil.example',
    'http:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\nSet-Cookie: a=b',
    ' //evil.example',
    'javascript:alert(1)',
    'evil.example',
    '@evil.example',
    '/\u0000/evil.example',
    'http://localhost:3000@evil.example/',
    'http://localhost:3000/dashboard',
    '?next=//evil.example',
    '',
  ]

  test.each(ours)('returns to %j', async (next) => {
    const { username, password } = await register(site)
    const address = `/login?${new URLSearchParams({ next })}`

    const answer = await site.browse().submit(address, { username, password })

    const { pathname, search } = new URL(next, 'http://localhost:3000')
    expect(answer.headers.location).toBe(pathname + search)
  })

  test.each(hostile)(
    'never leaves by %j, asked for in the address or in the form',
    async (next) => {
      const { username, password, browser } = await register(site)
      const address = `/login?${new URLSearchParams({ next })}`

      const byAddress = await site.browse().submit(address, { username, password })
      const byForm = await site.browse().submit('/login', { username, password, next })
      const whenLoggedIn = await browser.visit(address)

      const places = [byAddress, byForm, whenLoggedIn].map(({ headers }) => headers.location)
      expect(places).toEqual(Array(3).fill('/dashboard'))
    },
  )
})
