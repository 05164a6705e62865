import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { importerOf } from './support/importer.ts'
import { flaskRow } from './support/user-files.ts'

const site = await openTestApp()
afterAll(site.close)

const importRows = importerOf(site)

async function reasonsFor(row: object): Promise<string[]> {
  const outcome = await importRows(['--json'], row)
  const { refused } = ('json' in outcome ? outcome.json : {}) as {
    refused?: { reasons: string[] }[]
  }
  return refused?.flatMap(({ reasons }) => reasons) ?? []
}

describe('npm run import-users', () => {
  test.each([
    ['no id', { id: '' }, 'the id is missing'],
    ['an id that would end in the middle of a login', { id: 'a.1' }, 'the id holds a dot'],
    ['an id with a NUL', { id: 'a\0' }, 'something that cannot be seen'],
    ['an id of 65 characters', { id: 'a'.repeat(65) }, 'the id is longer than 64 characters'],
    ['no user name', { username: ' ' }, 'the user name is missing'],
    ['a user name with a space', { username: 'a b' }, 'Use letters, digits'],
    ['no email', { email: null }, 'the email is missing'],
    ['half an email', { email: 'ada@' }, 'Enter an email in the form'],
    ['a name with a NUL', { name: 'a\0' }, 'the name holds control characters'],
    ['half a letter for a name', { name: '\ud800' }, 'the name holds control characters'],
    ['a name of 101 characters', { name: 'a'.repeat(101) }, 'longer than 100 characters'],
    ['no hash', { password_hash: '' }, 'the password hash is missing'],
    ['a password for a hash', { password_hash: 'swordfish' }, 'in no format that is known'],
    ['a hash that asks for an hour', { password_hash: 'pbkdf2:sha256:99999999$a$00' }, 'too much'],
    ['a word for active', { active: 'maybe' }, 'neither true nor false'],
    ['two hashes', { password: flaskRow().password_hash }, 'more than one password_hash'],
    ['a number that JSON has rounded for an id', { id: 2 ** 53 }, 'does not keep exactly'],
    ['a fraction for an id', { id: 1.5 }, 'does not keep exactly'],
    ['a time that is none', { created_at: 'yesterday' }, 'created_at is neither a time'],
    ['30 February', { created_at: '2024-02-30' }, 'created_at is neither a time'],
    ['a list for a time', { created_at: [] }, 'created_at is neither a time'],
    ['a time to come', { created_at: '2999-01-01' }, 'before 1990 or in the future'],
    ['milliseconds for a time', { created_at: 1714567296000 }, 'before 1990 or in the future'],
    ['the beginning of time', { created_at: '0' }, 'before 1990 or in the future'],
    ['no time at all', { created_at: '9'.repeat(400) }, 'created_at'],
    ['a list for active', { active: [] }, 'neither true nor false'],
  ])('refuses %s', async (_kind, changes, reason) => {
    const reasons = await reasonsFor(flaskRow(changes))

    expect(reasons).toEqual([expect.stringContaining(reason)])
  })

  test('never says a hash, not even one that is none', async () => {
    const [good, bad] = [flaskRow(), flaskRow({ password_hash: 'swordfish' })]

    const outcome = JSON.stringify(await importRows(['--json'], good, bad))

    expect(outcome).toContain(good.email)
    expect(outcome).not.toContain(good.password_hash)
    expect(outcome).not.toContain('swordfish')
  })
})

describe('npm run import-users, of two that are one', () => {
  test.each([
    ['id', { id: 'same' }, { id: 'same' }],
    ['user name', { username: 'Strasse' }, { username: 'ＳＴＲＡＳＳＥ' }],
    ['email', { email: 'same@example.org' }, { email: 'SAME@example.org' }],
  ])('refuses the second in the file with the same %s', async (words, one, other) => {
    const outcome = await importRows([], flaskRow(one), flaskRow(other))

    expect(outcome).toMatchObject({
      json: {
        accepted: [{ place: 'entry 1' }],
        refused: [{ place: 'entry 2', reasons: [`the ${words} is that of entry 1`] }],
      },
      exitCode: 1,
    })
  })

  test.each([
    ['id', { id: 'here' }, { id: 'here' }],
    ['user name', { username: 'Here' }, { username: 'here' }],
    ['email', { email: 'Here@example.org' }, { email: 'here@example.org' }],
  ])('refuses a user with the %s of one who is here', async (words, one, other) => {
    await importRows(['--commit'], flaskRow(one))

    const reasons = await reasonsFor(flaskRow(other))

    expect(reasons).toEqual([`the ${words} is that of a user who is here already`])
  })
})
