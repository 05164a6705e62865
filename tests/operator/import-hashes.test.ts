import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { followLink, forgetPassword, NEW_PASSWORD, newPassword } from '../support/journeys.ts'
import { logIn } from '../support/users.ts'
import { importerOf } from './support/importer.ts'
import { flaskRow, readVectors, writeUserFile } from './support/user-files.ts'

const site = await openTestApp()
afterAll(site.close)

const importRows = importerOf(site)
const linesOf = (outcome: object) => ('lines' in outcome ? String(outcome.lines) : '')

async function hashOf({ id }: { id: string }) {
  const user = await site.database.user.findUniqueOrThrow({ where: { id } })
  return user.passwordHash
}

const personOf = (row: ReturnType<typeof flaskRow>, password: string) => ({
  ...row,
  password,
  confirm: password,
  browser: site.browse(),
})

const UNUSABLE = {
  'Django’s unusable password': '!kJ2ePVoFxQqKyGmLs8sXgMc0',
  MD5: 'md5$salt$67a1e09bb1f83f5007dc119c14d663aa',
  argon2: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$WqPcsDk9P0s5Hb1nbR4rNw',
  'too much work': 'pbkdf2:sha256:99999999$a$00',
  'a password': 'swordfish',
  'an empty hash': '',
  'no hash': null,
}

describe('npm run import-users --without-password', () => {
  test.each(Object.entries(UNUSABLE))(
    'brings over a user with %s, and keeps nothing of it',
    async (_kind, password_hash) => {
      const row = flaskRow({ password_hash })

      const outcome = await importRows(['--commit', '--without-password'], row)

      expect(outcome).toMatchObject({ exitCode: 0, json: { accepted: [{ hasPassword: false }] } })
      expect(await hashOf(row)).toBeNull()
    },
  )

  test('needs no column of hashes', async () => {
    const { password_hash: _, ...row } = flaskRow()

    const outcome = await importRows(['--without-password'], row)

    expect(outcome).toMatchObject({ exitCode: 0, json: { accepted: [{ hasPassword: false }] } })
  })

  test('keeps a hash that can be used, and says how many have none', async () => {
    const [usable, unusable] = [flaskRow(), flaskRow({ password_hash: UNUSABLE.argon2 })]

    const outcome = await importRows(['--without-password'], usable, unusable)

    expect(outcome).toMatchObject({
      lines: [
        `entry 1: “${usable.username}”, fine`,
        `entry 2: “${unusable.username}”, without a password`,
        '1 without a password: they choose one at /forgot-password, which needs SMTP_URL.',
        expect.stringMatching(/^2 of 2 users can come over/),
      ],
      json: { accepted: [{ hasPassword: true }, { hasPassword: false }] },
    })
  })

  test('lets them choose a password at /forgot-password, and not log in before', async () => {
    const row = flaskRow({ password_hash: UNUSABLE.argon2 })
    await importRows(['--commit', '--without-password'], row)
    const person = personOf(row, NEW_PASSWORD)

    const early = await logIn(site.browse(), person)
    const empty = await logIn(site.browse(), { ...person, password: '' })
    await followLink(person.browser, await forgetPassword(site, person), newPassword)
    const late = await logIn(site.browse(), person)

    expect([early.status, empty.status]).toEqual([422, 422])
    expect(late.headers.location).toBe('/dashboard')
  })
})

const vectors = readVectors('operator/vectors/flask.json')
const made = (program: string) => vectors.filter(({ call }) => call.startsWith(program))
const PBKDF2 = readVectors('accounts/vectors/passlib-older.json')[4]?.hash
const SALT = 'pepper, in a file of its own'
const saltFile = (salt = `${SALT}\n`) => writeUserFile('salt', salt)

async function expectToLogInAndRehash(
  { hash, password }: (typeof vectors)[number],
  ...option: string[]
) {
  const row = flaskRow({ password_hash: hash })
  await importRows(['--commit', ...option], row)
  const person = personOf(row, password)

  const wrong = await logIn(site.browse(), { ...person, password: `${password}.` })
  const right = await logIn(person.browser, person)

  expect(wrong.status).toBe(422)
  expect(right.headers.location).toBe('/dashboard')
  expect(await hashOf(row)).toMatch(/^\$bcrypt-sha256\$v=2,/)
}

describe('npm run import-users --flask-bcrypt-long', () => {
  test.each(made('Flask-Bcrypt'))('logs in with $name, and makes the hash ours', async (vector) => {
    await expectToLogInAndRehash(vector, '--flask-bcrypt-long')
  })

  test('says what to check, and leaves hashes of other programs as they are', async () => {
    const row = flaskRow()

    const outcome = await importRows(['--commit', '--flask-bcrypt-long'], row)

    expect(linesOf(outcome)).toContain('unless BCRYPT_HANDLE_LONG_PASSWORDS was True')
    expect(await hashOf(row)).toBe(row.password_hash)
  })
})

describe('npm run import-users --flask-security-salt', () => {
  test.each(made('Flask-Security'))(
    'logs in with $name, and makes the hash ours',
    async (vector) => {
      await expectToLogInAndRehash(vector, '--flask-security-salt', saltFile())
    },
  )

  test('says what to check, never the salt', async () => {
    const outcome = await importRows(['--flask-security-salt', saltFile()], flaskRow())

    expect(linesOf(outcome)).toContain('unless the salt is its SECURITY_PASSWORD_SALT')
    expect(JSON.stringify(outcome)).not.toContain('pepper')
  })

  test.each([
    ['PBKDF2', PBKDF2],
    ['argon2', UNUSABLE.argon2],
  ])('cannot use its %s', async (_kind, password_hash) => {
    const words = ['--flask-security-salt', saltFile(), '--without-password']

    const outcome = await importRows(words, flaskRow({ password_hash }))

    expect(outcome).toMatchObject({ json: { accepted: [{ hasPassword: false }] } })
  })

  test.each([
    ['is not there', '/nowhere/salt', 'The file of the salt cannot be read (ENOENT).'],
    ['is empty', '\n', 'The file of the salt is empty or too long.'],
    ['is no salt', 'x'.repeat(1025), 'The file of the salt is empty or too long.'],
  ])('refuses a file that %s', async (_kind, content, problem) => {
    const file = content.startsWith('/') ? content : saltFile(content)

    expect(await importRows(['--flask-security-salt', file], flaskRow())).toEqual({ problem })
  })
})

describe('npm run import-users', () => {
  test.each([
    ['bcrypt', made('Flask-Bcrypt')[0]?.hash],
    ['passlib’s PBKDF2', PBKDF2],
  ])(
    'warns of %s, which may be of something else than the password',
    async (_kind, password_hash) => {
      const outcome = await importRows([], flaskRow({ password_hash }), flaskRow())

      expect(outcome).toMatchObject({
        exitCode: 0,
        json: {
          warnings: [expect.stringMatching(/^1 with .*--flask-bcrypt-long.*--flask-security-salt/)],
        },
      })
    },
  )
})
