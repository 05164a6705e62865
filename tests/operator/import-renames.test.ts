import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'
import { importerOf } from './support/importer.ts'
import { flaskRow } from './support/user-files.ts'

const site = await openTestApp()
afterAll(site.close)

const importRows = importerOf(site)

async function nameOf({ id }: { id: string }): Promise<string | undefined> {
  const user = await site.database.user.findUnique({ where: { id } })
  return user?.username
}

describe('npm run import-users --rename', () => {
  test.each([
    ['spaces and marks', { username: ' Ada Lovelace! ' }, 'Ada.Lovelace'],
    ['an email', { username: 'grace@example.org' }, 'grace'],
    ['a handle', { username: '@hedy' }, 'hedy'],
    ['too many letters', { username: 'x'.repeat(33) }, 'x'.repeat(24)],
    ['letters that cannot be seen', { username: 'al\u034fan', email: 'k@example.org' }, 'alan'],
    ['one letter', { username: 'j', email: 'julia@example.org' }, 'julia'],
    ['no letter', { username: '!!', email: 'l+news@example.org' }, 'l.news'],
    ['no name', { username: null, email: 'mary.k@example.org' }, 'mary.k'],
    ['nothing that would do', { username: '?', email: '"@example.org' }, null],
    ['nothing but an email of one letter', { username: '?', email: 'n@example.org' }, 'user'],
  ])('makes a name of %s', async (_kind, changes, name) => {
    const row = flaskRow(changes)

    const outcome = await importRows(['--commit', '--rename'], row)

    expect(await nameOf(row)).toBe(name ?? undefined)
    expect(outcome).toMatchObject({ exitCode: name === null ? 1 : 0 })
  })

  test('leaves a name that is allowed, and says which it changes', async () => {
    const [kept, changed] = [flaskRow(), flaskRow({ username: 'Edith Clarke' })]

    const outcome = await importRows(['--commit', '--rename'], kept, changed)

    expect(await nameOf(kept)).toBe(kept.username)
    expect(outcome).toMatchObject({
      lines: ['entry 2: “Edith Clarke” becomes “Edith.Clarke”, fine', 'Brought over 2 of 2 users.'],
      json: { accepted: [{ renamedFrom: null }, { renamedFrom: 'Edith Clarke' }] },
    })
  })

  test('numbers a name that a user here, or another in the file, has', async () => {
    const { username } = await register(site)
    const rows = [username, username.toUpperCase(), 'Twin', 'twin', 'twin-2', 'tw!in', 'tw.in'].map(
      (name) => flaskRow({ username: name }),
    )

    await importRows(['--commit', '--rename'], ...rows)

    expect(await Promise.all(rows.map(nameOf))).toEqual([
      `${username}-2`,
      `${username.toUpperCase()}-3`,
      'Twin',
      'twin-3',
      'twin-2',
      'tw.in-2',
      'tw.in',
    ])
  })

  test('numbers past a name that a user here has', async () => {
    const { username } = await register(site, { username: 'past' })
    await register(site, { username: 'past-2' })
    const row = flaskRow({ username })

    await importRows(['--commit', '--rename'], row)

    expect(await nameOf(row)).toBe('past-3')
  })

  test('refuses a user whose email is here already', async () => {
    const { username, email } = await register(site)

    const outcome = await importRows(['--rename'], flaskRow({ username, email }))

    expect(outcome).toMatchObject({
      json: { refused: [{ reasons: ['the email is that of a user who is here already'] }] },
    })
  })
})
