import { join } from 'node:path'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { openTestApp } from '../../support/app.ts'
import { createEmptyDatabase } from '../../support/database.ts'
import { logIn, PASSWORD, register, userFields } from '../../support/users.ts'
import { runCommand, runScript } from './support/run-command.ts'

const site = await openTestApp()
afterAll(site.close)

const env = { DATABASE_URL: site.database.url, BCRYPT_COST: '4' }
const user = (words: string[], input = '') => runCommand('user.js', words, env, input)

describe('npm run user', () => {
  test('creates a user with the password from standard input, who logs in with it', async () => {
    const person = { ...userFields(), browser: site.browse() }
    const words = ['create', person.username, '--email', person.email]

    const run = await user(words, `${PASSWORD}\n`)
    const answer = await logIn(person.browser, person)

    expect(run).toEqual({ exitCode: 0, stdout: `Created “${person.username}”.\n`, stderr: '' })
    expect(answer.headers.location).toBe('/dashboard')
  })

  test('is a script of npm, and with --json prints nothing but JSON', async () => {
    const { username } = await register(site)

    const run = await runScript(['user', '--', 'list', '--json'], env)

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toContainEqual(
      expect.objectContaining({ username, state: 'unverified', deletionDueAt: null }),
    )
    expect(run.stdout).not.toContain('$bcrypt')
  })

  test('says in one line what it refuses, and exits with 1', async () => {
    const run = await user(['disable', 'unknown'])

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^There is no user “unknown” in (SQLite|PostgreSQL), .+\.\n$/)
  })

  test('erases a user whose name is typed, and asks for it where the answer is not in the way', async () => {
    const { username } = await register(site)

    const refused = await user(['erase', username, '--json'])
    const run = await user(['erase', username, '--json'], `${username}\n`)

    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({ username, state: 'erased' })
    expect(run.stderr).toContain('Type the user name: ')
    expect(await site.database.user.count({ where: { username } })).toBe(0)
  })

  test('prints its usage when its arguments make no sense, and exits with 2', async () => {
    const run = await user(['remove', 'ada'])

    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toMatch(/^Usage: npm run user -- /)
  })

  test('names a setting that is wrong, as the server does', async () => {
    const run = await runCommand('user.js', ['list'], { ...env, PORT: 'x' })

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^PORT must be a whole number.*\n$/)
  })

  test('says in one line which database is away, and why', async () => {
    const away = { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }

    const run = await runCommand('user.js', ['list'], away)

    expect(run).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^The database cannot be used: [^\n]*127\.0\.0\.1:1, database none: [^\n]*\. Nothing was done\.\n$/,
      ),
    })
  })

  test('never makes a database: not from another folder, and not in an empty one', async () => {
    const { url, drop } = await createEmptyDatabase()
    onTestFinished(drop)

    const runs = await Promise.all(
      [url, 'file:./data/there-is-none.db'].map((DATABASE_URL) =>
        runCommand('user.js', ['list'], { DATABASE_URL }),
      ),
    )

    expect(runs.map(({ exitCode }) => exitCode)).toEqual([1, 1])
    expect(runs[0]?.stderr).toMatch(/no (database|tables)[^\n]*Check DATABASE_URL/)
    // A relative path counts from the project, wherever the command is started.
    expect(runs[1]?.stderr).toContain(join(inject('program'), 'data/there-is-none.db'))
    const again = await runCommand('user.js', ['list'], { DATABASE_URL: url })
    expect(again.exitCode).toBe(1)
  })
})
