import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readTitle } from '../support/html.ts'
import { PASSWORD, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const countUsers = () => site.database.user.count()

describe('POST /register', () => {
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
    [
      'user name with a Cyrillic letter among Latin ones',
      { username: 'd\u{430}vid' },
      'Use letters of one alphabet in the user name.',
    ],
    ['email', { email: '' }, 'Enter an email.'],
    ['email without a host', { email: 'ada@' }, 'Enter an email in the form name@example.com.'],
    [
      'email of 255 letters',
      { email: `ada@${'b'.repeat(247)}.com` },
      'Use an email of at most 254 characters.',
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

  test('says everything that is wrong at once', async () => {
    const wrong = { username: 'a', email: 'ada', password: 'short', confirm: 'other' }

    const { text } = await site.browse().submit('/register', wrong)

    expect(readErrors(text)).toEqual([
      'Use 2 to 32 characters for the user name.',
      'Enter an email in the form name@example.com.',
      'Use at least 15 characters.',
      'The two passwords are not the same.',
    ])
  })

  test('says Error in the title, sums up, keeps what was typed and never the passwords', async () => {
    const fields = userFields({ username: 'Ada<b>"', email: "o'hara@exa mple" })

    const { text } = await site.browse().submit('/register', fields)

    expect(readTitle(text)).toMatch(/^Error: Register/)
    expect(readErrors(text)).toHaveLength(2)
    expect(readField(text, '/register', 'username')).toBe('Ada<b>"')
    expect(readField(text, '/register', 'email')).toBe("o'hara@exa mple")
    expect(text).not.toContain(PASSWORD)
    expect(text).not.toContain('<b>')
  })

  test.each([
    [
      'user name',
      (ada: string) => ({ username: ada, email: `b.${ada}@example.org` }),
      'That user name is already taken.',
    ],
    [
      'user name in other case',
      (ada: string) => ({ username: ada.toUpperCase(), email: `b.${ada}@example.org` }),
      'That user name is already taken.',
    ],
    [
      'email in other case',
      (ada: string) => ({ email: `${ada.toUpperCase()}@Example.org` }),
      'That email is already taken.',
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
})
