import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import { PASSWORD, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const countUsers = () => site.database.user.count()

describe('GET /register', () => {
  test('sends a user who is logged in to the dashboard', async () => {
    const { browser } = await register(site)

    const answer = await browser.visit('/register')

    expect([answer.status, answer.headers.location]).toEqual([302, '/dashboard'])
  })

  test('is not there when registration is closed, and neither is its POST', async () => {
    const closed = await openTestApp({ REGISTRATION: 'closed' })
    const browser = closed.browse()

    const page = await browser.visit('/register')
    const _csrf = await browser.takeToken('/login')
    const post = await browser.post('/register', { ...userFields(), _csrf })
    await closed.close()

    expect([page.status, post.status]).toEqual([404, 404])
  })
})

describe('POST /register by a user who is logged in', () => {
  test('makes no second account, and says so, as for a second press of the button', async () => {
    const browser = site.browse()
    const _csrf = await browser.takeToken('/register')
    const fields = { ...userFields(), _csrf }
    await browser.post('/register', fields)
    await browser.visit('/dashboard')

    const answer = await browser.post('/register', fields)
    const dashboard = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(dashboard.text).toContain('You are logged in already.')
  })
})

describe('POST /register', () => {
  test('creates an account, logs it in and says so once on the dashboard', async () => {
    const browser = site.browse()
    const fields = userFields({ username: 'Grace' })

    const answer = await browser.submit('/register', fields)
    const dashboard = await browser.follow(answer)
    const again = await browser.visit('/dashboard')

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual([
      expect.stringMatching(/^Welcome, Grace. Your account is ready. .* email .*\/dev\/mailbox/),
    ])
    expect(dashboard.text).toContain('Hello, <bdi>Grace</bdi>.')
    expect(readFlashes(again.text)).toEqual([])
  })

  test('counts a password in characters, whatever they are made of', async () => {
    const fifteen = '🐘🦉🐝🦔🐢🦊🐙🦜🐳🦋🐌🦀🐿🦩🐫'

    const answer = await site.browse().submit('/register', userFields({ password: fifteen }))

    expect(answer.status).toBe(303)
  })

  test.each(['Зоя', '李小龍', 'Ελένη', 'عمر', 'Zoë', 'ＡＤＡ'])(
    'welcomes %s, who logs in with that name again',
    async (username) => {
      const { browser, password } = await register(site, {
        username,
        email: `${encodeURIComponent(username).replaceAll('%', '')}@example.org`,
      })
      const elsewhere = site.browse()

      const dashboard = await browser.visit('/dashboard')
      const login = await elsewhere.submit('/login', {
        username: username.normalize('NFKD'),
        password,
      })

      expect(dashboard.text).toContain(`<bdi>${username}</bdi>`)
      expect(login.headers.location).toBe('/dashboard')
    },
  )

  test('shows a name made of 32 letters whole', async () => {
    const username = 'W'.repeat(32)

    const { browser } = await register(site, { username })

    expect((await browser.visit('/dashboard')).text).toContain(username)
  })

  test('keeps no password, nor anything that a reader of the database could log in with', async () => {
    const { browser } = await register(site)

    const rows = JSON.stringify([
      await site.database.user.findMany(),
      await site.database.session.findMany(),
      await site.database.device.findMany(),
      await site.database.securityEvent.findMany(),
    ])

    const sessionId =
      decodeURIComponent(browser.valueOf('session') ?? '')
        .slice(2)
        .split('.')[0] ?? ''
    expect(sessionId).toHaveLength(32)
    expect(rows).not.toContain(sessionId)
    expect(rows).not.toContain(PASSWORD)
  })

  test('sends a user who is logged in to the dashboard, and makes no second account', async () => {
    const { browser } = await register(site)
    const before = await countUsers()

    const _csrf = await browser.takeToken('/dashboard')
    const answer = await browser.post('/register', { ...userFields(), _csrf })

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await countUsers()).toBe(before)
  })
})
