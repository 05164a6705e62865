import { afterAll, describe, expect, test } from 'vitest'
import { flaskRow, WERKZEUG, writeRows, writeUserFile } from '../../operator/support/user-files.ts'
import { openTestApp } from '../../support/app.ts'
import { logIn } from '../../support/users.ts'
import { runCommand, runScript } from './support/run-command.ts'

const site = await openTestApp()
afterAll(site.close)

const env = { DATABASE_URL: site.database.url, BCRYPT_COST: '4' }
const password = 'correct horse battery staple'

const csvOf = (rows: Record<string, unknown>[]) =>
  [Object.keys(rows[0] ?? {}), ...rows.map(Object.values)].map((row) => row.join(',')).join('\n')

async function findHash(username: string): Promise<string | undefined> {
  const user = await site.database.user.findUnique({ where: { usernameKey: username } })
  return user?.passwordHash ?? undefined
}

describe("npm run import-users, of Werkzeug's own hashes", () => {
  const people = WERKZEUG.map(({ call, hash }) => ({
    call,
    row: flaskRow({ password_hash: hash }),
  }))

  test('brings them over', async () => {
    const file = writeUserFile('users.csv', csvOf(people.map(({ row }) => row)))

    const run = await runScript(['import-users', '--', file, '--commit'], env)

    const all = `${people.length} of ${people.length}`
    expect(run).toEqual({ exitCode: 0, stdout: `Brought over ${all} users.\n`, stderr: '' })
  })

  test.each(people)('logs in a user with one of $call, and makes it ours', async ({ row }) => {
    const person = { ...row, password, confirm: password, browser: site.browse() }

    const wrong = await logIn(site.browse(), { ...person, password: `${password}r` })
    const answer = await logIn(person.browser, person)

    expect(wrong.status).toBe(422)
    expect(answer.headers.location).toBe('/dashboard')
    expect(await findHash(row.username)).toMatch(/^\$bcrypt-sha256\$v=2,t=2b,r=4\$/)
  })

  test('logs no user out whose hash it replaces', async () => {
    const row = flaskRow()
    const person = { ...row, password, confirm: password, browser: site.browse() }
    await runCommand('import-users.js', [writeRows(row), '--commit'], env)
    await logIn(person.browser, person, { remember: 'on' })
    const where = { usernameKey: row.username }
    await site.database.user.update({ where, data: { passwordHash: row.password_hash } })

    await logIn(site.browse(), person)
    const dashboard = await person.browser.visit('/dashboard')
    person.browser.restart()
    const restored = await person.browser.visit('/dashboard')

    expect(await findHash(row.username)).toMatch(/^\$bcrypt-sha256\$/)
    expect([dashboard.status, restored.status]).toEqual([200, 200])
  })
})

describe('npm run import-users', () => {
  test('prints its usage when its arguments make no sense, and exits with 2', async () => {
    const run = await runCommand('import-users.js', ['users.csv', 'more.csv'], env)

    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toMatch(/^Usage: npm run import-users -- /)
  })
})
