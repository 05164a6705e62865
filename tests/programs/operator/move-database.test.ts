import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { changeTogether } from '../../../src/database/change-together.ts'
import { openDatabase, Prisma } from '../../../src/database/database.ts'
import { migrateDatabase } from '../../../src/database/migrate.ts'
import { continueNumbers } from '../../../src/database/move.ts'
import { PAGE } from '../../../src/database/pages.ts'
import { copySqlite } from '../../../src/database/sqlite-copy.ts'
import { makeFolder, makePostgresql, readAll } from '../../operator/support/databases.ts'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { userRow } from '../../support/rows.ts'
import { hasPostgresql } from '../../support/template-database.ts'
import { isLoggedIn, register, registerAndRemember } from '../../support/users.ts'
import { runCommand } from './support/run-command.ts'

const move = (from: string, to: string, env = {}) => runCommand('db.js', ['move', from, to], env)

const makeFile = () => `file:${join(makeFolder(), 'moved.db')}`

/** Some users with an event each, and a row in every other table of an account. */
async function fill(url: string, count = 1): Promise<void> {
  await migrateDatabase(url)
  const database = await openDatabase(url)
  const at = new Date('2026-02-03T04:05:06.789Z')
  const times = { createdAt: at, expiresAt: at }
  const users = Array.from({ length: count }, (_, index) =>
    userRow({ id: `${index}Ä`, name: index % 2 ? 'Ada “🙂” O’Hara' : null, disabledAt: at }),
  )
  const userId = '0Ä'
  const epoch = { userId, authEpoch: 3 }
  const names = { username: 'x', usernameKey: 'x', email: 'x', emailKey: 'x' }
  const device = { tokenHash: 'h', label: 'l', startedBy: 'p', lastSeenAt: at, revokedAt: at }
  await changeTogether(database, (tables) => tables.user.createMany({ data: users }))
  await database.pendingRegistration.create({
    data: { id: 'p', ...names, passwordHash: 'h', ...times },
  })
  await database.device.create({ data: { id: 'd', ...epoch, ...device, createdAt: at } })
  await database.session.create({
    data: {
      idHash: 's',
      data: '{"a":"\\u00e9"}',
      ...epoch,
      deviceId: 'd',
      lastSeenAt: at,
      ...times,
    },
  })
  await database.rememberSeries.create({
    data: { id: 'r', tokenHash: 'h', keyId: 'k', ...epoch, deviceId: 'd', rotatedAt: at, ...times },
  })
  await database.emailLink.create({
    data: { id: 'l', purpose: 'p', userId, email: 'e', emailKey: 'e', ...times },
  })
  const events = users.map(({ id }) => ({
    id: randomUUID(),
    userId: id,
    kind: 'k',
    at,
    browser: 'b',
  }))
  await changeTogether(database, (tables) => tables.securityEvent.createMany({ data: events }))
  const mail = { recipient: 'r', template: 't', data: '{}', createdAt: at, nextAttemptAt: at }
  await database.outboxMessage.create({ data: { id: 'o', userId, ...mail } })
  await database.attemptCounter.create({ data: { key: 'k', attempts: 2, endsAt: at } })
  await database.close()
}

describe.skipIf(!hasPostgresql)('npm run db -- move', () => {
  test('takes every row of every table to PostgreSQL and back', async () => {
    const [first, middle, last] = [makeFile(), await makePostgresql(), makeFile()]
    await fill(first, PAGE + 1)
    const before = await readAll(first)

    const there = await move(first, middle)
    const back = await move(middle, last)

    expect([there, back]).toMatchObject([
      { exitCode: 0, stderr: '' },
      { exitCode: 0, stderr: '' },
    ])
    expect(there.stdout).toMatch(/^User: 501$/m)
    expect(there.stdout).toMatch(/^All of it is in PostgreSQL, test_\w+ at .*DATABASE_URL.*\n$/m)
    expect(await readAll(middle)).toEqual(before)
    expect(await readAll(last)).toEqual(before)
    expect(Object.keys(before).sort()).toEqual(Object.keys(Prisma.ModelName).sort())
    expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(8)
    expect(await readRaw(last)).toEqual(await readRaw(first))
  })

  test('keeps logged-in and remembered browsers logged in', async () => {
    const site = await openTestApp()
    const { browser } = await register(site)
    const { browser: remembered } = await registerAndRemember(site)
    remembered.restart()
    await site.services.sessionStore.writeLateVisits()
    const to = site.database.engine === 'sqlite' ? await makePostgresql() : makeFile()

    const run = await move(await leaveServer(site), to)
    const database = await openDatabase(to)
    const moved = await openTestApp({}, { ...site, database: Object.assign(database, { url: to }) })
    const come = [browser, remembered].map((each) => isLoggedIn(moved.browse().copyCookies(each)))

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await Promise.all(come)).toEqual([true, true])
    await moved.close()
  })

  test('refuses a target with users, and changes nothing there', async () => {
    const [from, to] = [makeFile(), await makePostgresql()]
    await fill(from)
    await move(from, to)
    const before = await readAll(to)

    const run = await move(from, to)

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^It could not be done: The target has rows already, in User\n$/)
    expect(await readAll(to)).toEqual(before)
  })

  test('leaves an empty target when it fails halfway', async () => {
    const [from, to] = [makeFile(), await makePostgresql()]
    await fill(from)
    await migrateDatabase(to)
    await query(to, `ALTER TABLE "SecurityEvent" ADD CONSTRAINT no CHECK ("kind" <> 'k')`)

    const run = await move(from, to)

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^It could not be done: .*"no"/)
    expect(Object.values(await readAll(to)).flat()).toEqual([])
  })

  test('says which table is no model, instead of leaving it behind', async () => {
    const [from, to] = [makeFile(), await makePostgresql()]
    await fill(from)
    const database = await openDatabase(from)
    await database.$executeRaw`CREATE TABLE "Forgotten" ("id" TEXT PRIMARY KEY)`
    await database.close()

    const run = await move(from, to)

    expect(run.stderr).toContain('Forgotten is no model of prisma/schema.prisma')
    expect(Object.values(await readAll(to)).flat()).toEqual([])
  })

  test('refuses while a server has the file open', async () => {
    const [from, to] = [makeFile(), await makePostgresql()]
    await fill(from)
    const database = await openDatabase(from)

    const run = await move(from, to)
    await database.close()

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^A program has \S+ open\. Stop the server\.\n$/)
  })

  test('goes on counting where an own table had come to', async () => {
    const to = await makePostgresql()
    await migrateDatabase(to)
    await query(to, 'CREATE TABLE "Own" ("number" serial PRIMARY KEY)')
    await query(to, 'INSERT INTO "Own" VALUES (7)')
    const database = await openDatabase(to)

    await changeTogether(database, continueNumbers)
    await database.close()

    const rows = await query(to, 'INSERT INTO "Own" DEFAULT VALUES RETURNING "number"')
    expect(rows).toEqual([{ number: 8 }])
  })
})

describe('npm run db -- move', () => {
  test.each([
    ['file:./a.db', 'file:./b.db', /^Both are of one engine/],
    ['./a.db', 'postgresql://127.0.0.1/b', /^A URL must start with file: or postgresql/],
    ['file:/tmp/none/a.db', 'postgresql://127.0.0.1:1/b', /There is no database at \S+a\.db/],
  ])('refuses %s to %s', async (from, to, words) => {
    const run = await move(from, to)

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(words)
  })
})

/** What stands in the file itself: times and flags must be in the form that statements compare. */
async function readRaw(url: string): Promise<unknown> {
  const database = await openDatabase(url)
  const read = (table: string, times: string) =>
    database.$queryRaw(
      Prisma.raw(`SELECT typeof(v) AS t, CAST(v AS TEXT) AS v, count(*) AS n
        FROM (SELECT ${times} AS v FROM "${table}") GROUP BY 1, 2 ORDER BY 2`),
    )
  const all = [await read('User', '"disabledAt"'), await read('Session', '"expiresAt"')]
  await database.close()
  return all
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query(sql).finally(() => client.end())
  return rows
}

// The move wants a file to itself.
async function leaveServer({ database }: TestApp): Promise<string> {
  if (database.engine === 'postgresql') return database.url
  const copy = makeFile()
  await copySqlite(database.url.slice('file:'.length), copy.slice('file:'.length))
  return copy
}
