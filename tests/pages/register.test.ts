import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readFlashes, readTitle } from '../support/html.ts'
import { PASSWORD, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const countUsers = () => site.database.user.count()

describe('GET /register', () => {
  test('sends somebody who is logged in to the dashboard', async () => {
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

describe('POST /register', () => {
  test('creates an account, logs it in and says so once on the dashboard', async () => {
    const browser = site.browse()
    const fields = userFields({ username: 'Grace' })

    const answer = await browser.submit('/register', fields)
    const dashboard = await browser.follow(answer)
    const again = await browser.visit('/dashboard')

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes(dashboard.text)).toEqual(['Welcome, Grace. Your account is ready.'])
    expect(dashboard.text).toContain('Hello, <bdi>Grace</bdi>.')
    expect(readFlashes(again.text)).toEqual([])
  })

  test.each([
    ['user name', { username: '' }, 'Enter a user name.'],
    ['user name of one letter', { username: 'a' }, 'Use 2 to 32 characters for the user name.'],
    [
      'user name of 33 letters',
      { username: 'a'.repeat(33) },
      'Use 2 to 32 characters for the user name.',
    ],
    ['user name with a space', { username: 'a b' }, expect.stringContaining('Use letters, digits')],
    ['user name with an @', { username: 'a@b' }, expect.stringContaining('Use letters, digits')],
    ['address', { email: '' }, 'Enter an email address.'],
    [
      'address without a host',
      { email: 'ada@' },
      'Enter an email address in the form name@example.com.',
    ],
    [
      'address of 255 letters',
      { email: `ada@${'b'.repeat(247)}.com` },
      'Use an email address of at most 254 characters.',
    ],
    ['password', { password: '' }, 'Enter a password.'],
    ['password of 14 letters', { password: 'vexing glyph q' }, 'Use at least 15 characters.'],
    ['other confirmation', { confirm: 'another one' }, 'The two passwords are not the same.'],
    [
      'common password',
      { password: 'passwordpassword' },
      expect.stringContaining('harder to guess'),
    ],
  ])('refuses a wrong %s', async (_, wrong, message) => {
    const before = await countUsers()

    const answer = await site.browse().submit('/register', userFields(wrong))

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toContainEqual(message)
    expect(await countUsers()).toBe(before)
  })

  test('counts a password in characters, whatever they are made of', async () => {
    const fifteen = '🐘🦉🐝🦔🐢🦊🐙🦜🐳🦋🐌🦀🐿🦩🐫'

    const answer = await site.browse().submit('/register', userFields({ password: fifteen }))

    expect(answer.status).toBe(303)
  })

  test('says Error in the title, sums up, keeps what was typed and never the passwords', async () => {
    const fields = userFields({ username: 'Ada<b>"', email: "o'hara@example" })

    const { text } = await site.browse().submit('/register', fields)

    expect(readTitle(text)).toMatch(/^Error: Register/)
    expect(readErrors(text)).toHaveLength(2)
    expect(readField(text, '/register', 'username')).toBe('Ada<b>"')
    expect(readField(text, '/register', 'email')).toBe("o'hara@example")
    expect(text).not.toContain(PASSWORD)
    expect(text).not.toContain('<b>')
  })

  test.each([
    ['user name', (ada: string) => ({ username: ada }), 'That user name is already taken.'],
    [
      'user name in other case',
      (ada: string) => ({ username: ada.toUpperCase() }),
      'That user name is already taken.',
    ],
    [
      'address in other case',
      (ada: string) => ({ email: `${ada.toUpperCase()}@Example.org` }),
      'That email address is already taken.',
    ],
  ])('refuses a %s that is already taken', async (_, take, message) => {
    const { username } = await register(site)

    const answer = await site.browse().submit('/register', userFields(take(username)))

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([message])
  })

  test('gives one of two who want the same name at once the account, and tells the other', async () => {
    const [one, other] = [site.browse(), site.browse()]
    const twins = [
      userFields({ username: 'Twin' }),
      userFields({ username: 'twin', email: 'b@example.org' }),
    ]

    const answers = await Promise.all([
      one.submit('/register', twins[0]),
      other.submit('/register', twins[1]),
    ])

    const refused = answers.find(({ status }) => status === 422)
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    expect(readErrors(refused?.text ?? '')).toEqual(['That user name is already taken.'])
    expect(await site.database.user.count({ where: { usernameKey: 'twin' } })).toBe(1)
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

  test('sends somebody who is logged in to the dashboard, and makes no second account', async () => {
    const { browser } = await register(site)
    const before = await countUsers()

    const _csrf = await browser.takeToken('/dashboard')
    const answer = await browser.post('/register', { ...userFields(), _csrf })

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await countUsers()).toBe(before)
  })
})
