import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { openTestApp } from '../support/app.ts'
import { userRow } from '../support/rows.ts'
import { collect } from './support/collect.ts'
import { commandsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const { database, clock, statements } = site

const nameOf = (count: number) => `user-${String(count).padStart(4, '0')}`
const names = Array.from({ length: 1200 }, (_, count) => nameOf(count))

await changeTogether(database, (tables) =>
  tables.user.createMany({
    data: names.map((username, count) =>
      userRow({
        username,
        usernameKey: username,
        emailVerifiedAt: count === 1 ? clock.now() : null,
        disabledAt: count === 2 ? clock.now() : null,
        deletionDueAt: count === 3 ? clock.now() : null,
      }),
    ),
  }),
)

describe('list', () => {
  test('shows who is active, unverified, disabled or scheduled for deletion', async () => {
    const lines = await collect(await commandsOf(site)({ act: 'list' }), 'linePages')

    expect(lines.slice(0, 5)).toEqual([
      expect.stringMatching(/^USER NAME +EMAIL +STATE +SINCE$/),
      expect.stringMatching(/^user-0000 .* unverified +2020-01-01$/),
      expect.stringMatching(/^user-0001 .* active +2020-01-01$/),
      expect.stringMatching(/^user-0002 .* disabled +2020-01-01$/),
      expect.stringMatching(/^user-0003 .* scheduled for deletion +2020-01-01$/),
    ])
  })

  test.each(['linePages', 'jsonPages'] as const)(
    'reads every user once, in order, by no statement that has no limit: %s',
    async (form) => {
      statements.length = 0

      const items = await collect(await commandsOf(site)({ act: 'list' }), form)

      const listed = items.flatMap((item) => JSON.stringify(item).match(/user-\d+/) ?? [])
      expect(listed).toEqual(names)
      expect(statements.length).toBeGreaterThan(2)
      for (const sql of statements) expect(sql).toMatch(/LIMIT/)
    },
  )

  test('says in which database there is no user', async () => {
    const empty = await openTestApp()
    onTestFinished(empty.close)

    const lines = await collect(await commandsOf(empty)({ act: 'list' }), 'linePages')

    expect(lines).toEqual([
      expect.stringMatching(/^There are no users in (SQLite|PostgreSQL), .+\.$/),
    ])
  })
})

describe('find', () => {
  test.each([
    ['SER-000', 10],
    ['user-0001', 1],
    ['user-000_', 0],
    ['%', 0],
  ])('lists who has %s in their user name, letter by letter', async (text, count) => {
    const found = await collect(await commandsOf(site)({ act: 'find', text }), 'jsonPages')

    expect(found).toHaveLength(count)
  })

  test('says what it has looked for in vain', async () => {
    const lines = await collect(await commandsOf(site)({ act: 'find', text: 'zz' }), 'linePages')

    expect(lines).toEqual([expect.stringMatching(/^No user has “zz” in their name or email in /)])
  })

  test('looks at emails too', async () => {
    const { email } = await database.user.findFirstOrThrow({ where: { username: 'user-0007' } })

    const found = await commandsOf(site)({ act: 'find', text: email.slice(3, 20).toUpperCase() })

    expect(await collect(found, 'jsonPages')).toEqual([expect.objectContaining({ email })])
  })

  test('reads a page at a time, and shows no secret', async () => {
    statements.length = 0

    const found = await collect(await commandsOf(site)({ act: 'find', text: 'user' }), 'jsonPages')

    expect(found).toHaveLength(1200)
    expect(statements.length).toBeGreaterThan(2)
    for (const sql of statements) expect(sql).toMatch(/LIMIT/)
    expect(JSON.stringify(found)).not.toMatch(/hash|key/i)
  })
})
