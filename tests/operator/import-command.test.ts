import { afterAll, describe, expect, test } from 'vitest'
import { examineUsers, importUsers } from '../../src/accounts/import-users.ts'
import { runImport } from '../../src/operator/import-command.ts'
import { readUserFile } from '../../src/operator/user-file.ts'
import { openTestApp } from '../support/app.ts'
import { userFields } from '../support/users.ts'
import { importerOf, readImportWords } from './support/importer.ts'
import { kindsOf, openOperator } from './support/operator.ts'
import { flaskRow, writeRows } from './support/user-files.ts'

const site = await openTestApp()
afterAll(site.close)

const { database, clock, statements } = site
const operator = openOperator(site)
const importRows = importerOf(site)

const find = (username: string) => database.user.findUnique({ where: { usernameKey: username } })

async function examineRows(...rows: object[]) {
  const file = await readUserFile(writeRows(...rows), [])
  if (!file.ok) throw new Error(file.problem)
  return examineUsers(database, file.users, {
    at: clock.now(),
    areVerified: false,
    renames: false,
    withoutPassword: false,
    preparation: null,
  })
}

describe('npm run import-users', () => {
  test.each([
    ['a file of another kind', ['users.xls'], 'FILE must end in .csv or .json.'],
    [
      'hashes of two programs',
      ['a.csv', '--flask-bcrypt-long', '--flask-security-salt', 'salt'],
      'The hashes cannot be both Flask-Bcrypt’s and Flask-Security’s.',
    ],
  ])('refuses %s', async (_kind, words, problem) => {
    expect(await runImport(operator, readImportWords(words))).toEqual({ problem })
  })

  test('finds an email taken in whichever form its domain is written', async () => {
    await site.browse().submit('/register', userFields({ email: 'grace@xn--rucher-bua.de' }))

    const { accepted, refused } = await examineRows(flaskRow({ email: 'grace@räucher.de' }))

    expect(accepted).toEqual([])
    expect(refused).toMatchObject([{ reasons: [expect.stringContaining('email')] }])
  })

  test('changes nothing unless told to commit, and says what it would do', async () => {
    const row = flaskRow()

    const outcome = await importRows([], row)

    expect(outcome).toMatchObject({
      lines: [
        `entry 1: “${row.username}”, fine`,
        '1 of 1 users can come over. Nothing was changed; add --commit to bring them over.',
      ],
      exitCode: 0,
    })
    expect(await find(row.username)).toBeNull()
  })

  test('keeps id, names and hash as they were, and writes down where the account is from', async () => {
    const row = flaskRow({ id: 'kept-id', username: 'Kept', email: 'Kept@Example.org' })

    const outcome = await importRows(['--commit'], row)

    expect(outcome).toMatchObject({ lines: ['Brought over 1 of 1 users.'], exitCode: 0 })
    expect(await find('kept')).toEqual({
      id: 'kept-id',
      username: 'Kept',
      usernameKey: 'kept',
      email: 'Kept@Example.org',
      emailKey: 'kept@example.org',
      name: 'Ada Lovelace',
      passwordHash: row.password_hash,
      authEpoch: 0,
      disabledAt: null,
      emailVerifiedAt: null,
      createdAt: clock.now(),
      deletionDueAt: null,
      language: null,
      timeZone: null,
    })
    expect(await kindsOf(site, 'Kept')).toEqual(['imported'])
  })

  test('counts the emails as verified where the operator says so', async () => {
    const row = flaskRow()

    await importRows(['--commit', '--verified'], row)

    expect(await find(row.username)).toMatchObject({ emailVerifiedAt: clock.now() })
  })

  test.each([
    [null, true],
    ['', true],
    [true, true],
    [1, true],
    ['t', true],
    [false, false],
    [0, false],
    ['False', false],
  ])('of a user whose "active" is %j makes one who is active: %j', async (active, isActive) => {
    const row = flaskRow({ active })

    await importRows(['--commit'], row)

    expect(await find(row.username)).toMatchObject({
      disabledAt: isActive ? null : expect.any(Date),
    })
  })

  test.each([
    ['2024-05-01', '2024-05-01T00:00:00.000Z'],
    ['2024-05-01 12:34:56.789012', '2024-05-01T12:34:56.789Z'],
    ['2024-05-01T12:34Z', '2024-05-01T12:34:00.000Z'],
    ['2024-05-01 12:34:56+02', '2024-05-01T10:34:56.000Z'],
    ['2024-05-01T12:34:56-0330', '2024-05-01T16:04:56.000Z'],
    ['2024-05-01 12:34:56 +00:00', '2024-05-01T12:34:56.000Z'],
    ['1714567296', '2024-05-01T12:41:36.000Z'],
    [1714567296.5, '2024-05-01T12:41:36.500Z'],
    ['', clock.now().toISOString()],
    [null, clock.now().toISOString()],
  ])('keeps since when there is a user: %j is %s', async (created_at, time) => {
    const row = flaskRow({ created_at })

    await importRows(['--commit'], row)

    expect(await find(row.username)).toMatchObject({ createdAt: new Date(time) })
  })

  test.each([null, '', '  '])('keeps no name for a user without one (%j)', async (name) => {
    const row = flaskRow({ name })

    await importRows(['--commit'], row)

    expect(await find(row.username)).toMatchObject({ name: null })
  })
})

describe('npm run import-users --commit', () => {
  test('brings no user over while one is refused', async () => {
    const [good, bad] = [flaskRow(), flaskRow({ password_hash: 'x' })]

    const outcome = await importRows(['--commit'], good, bad)

    expect(outcome).toMatchObject({ json: { committed: false }, exitCode: 1 })
    expect(await find(good.username)).toBeNull()
  })

  test('leaves them out where the operator says so', async () => {
    const [good, bad] = [flaskRow(), flaskRow({ password_hash: 'x' })]

    const outcome = await importRows(['--commit', '--skip-refused'], good, bad)

    expect(outcome).toMatchObject({ json: { committed: true }, exitCode: 0 })
    expect(await find(good.username)).not.toBeNull()
    expect(await find(bad.username)).toBeNull()
  })

  test('brings no user over when the name of the last is taken at that moment', async () => {
    const rows = Array.from({ length: 2001 }, () => flaskRow())
    const [first] = rows
    const { accepted } = await examineRows(...rows)
    await importRows(['--commit'], { ...flaskRow(), username: rows.at(-1)?.username })

    const isDone = await importUsers(operator.accounts, accepted)

    expect(isDone).toBe(false)
    expect(await find(first?.username ?? '')).toBeNull()
  })

  test('tells at a terminal how far it is', async () => {
    const rows = Array.from({ length: 6500 }, () => flaskRow())
    const written: string[] = []
    const terminal = { isTTY: true, write: (text: string) => written.push(text) }

    await runImport(operator, readImportWords([writeRows(...rows)]), terminal)

    expect(written).toEqual(['Examined 3000 of 6500 users.\n', 'Examined 6000 of 6500 users.\n'])
  })

  test('needs no more statements for 1,000 users than for one, to stay within the time of a transaction', async () => {
    const rows = Array.from({ length: 1000 }, () => flaskRow())
    const { accepted } = await examineRows(...rows)
    statements.length = 0

    const isDone = await importUsers(operator.accounts, accepted)

    expect(isDone).toBe(true)
    expect(statements).toHaveLength(4)
    const where = { id: { in: rows.slice(-500).map(({ id }) => id) } }
    expect(await database.user.count({ where })).toBe(500)
  })
})
