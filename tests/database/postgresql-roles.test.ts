import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createReadiness } from '../../src/database/readiness.ts'
import { openTestApp } from '../support/app.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { runOnServer, testServer } from '../support/template-database.ts'
import { userFields } from '../support/users.ts'

const role = `role_${randomBytes(6).toString('hex')}`

/** The URL of a database for another role. */
const urlFor = (url: string, search = '') => {
  const own = new URL(url)
  own.username = role
  own.password = 'secret'
  own.search = search
  return own.href
}

describe.runIf(inject('template').engine === 'postgresql')('migrateDatabase on PostgreSQL', () => {
  beforeAll(() => runOnServer(testServer, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`))
  afterAll(() => runOnServer(testServer, `DROP ROLE ${role}`))

  const emptyDatabase = async () => {
    const { url, drop } = await createEmptyDatabase()
    onTestFinished(drop)
    return url
  }

  test('needs no more than a schema of its own', async () => {
    const url = await emptyDatabase()
    await runOnServer(url, `CREATE SCHEMA app AUTHORIZATION ${role}`)
    const own = urlFor(url, '?schema=app')

    await migrateDatabase(own)
    const database = await openDatabase(own)
    const user = userRow()
    await database.user.create({ data: user })
    const found = await database.$queryRaw`SELECT "id" FROM "User"`
    await createReadiness(database)()
    await database.close()

    expect(found).toEqual([{ id: user.id }])
  })

  test('makes a missing schema where it may', async () => {
    const url = `${await emptyDatabase()}?schema=new%20schema`

    await migrateDatabase(url)

    expect((await migrateDatabase(url)).applied).toEqual([])
  })

  test.each([
    ['the schema public is not open to it', '', 'permission denied for schema public', '"public"'],
    ['it may not make a schema', '?schema=app', 'permission denied for database', '"app"'],
  ])('says why and what to run where %s', async (_, search, reason, schema) => {
    const url = await emptyDatabase()

    const failing = migrateDatabase(urlFor(url, search))

    await expect(failing).rejects.toThrow(reason)
    await expect(failing).rejects.toThrow(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO`)
  })

  test.each([
    [
      'no server',
      'postgresql://127.0.0.1:1/app',
      /at 127\.0\.0\.1:1, database app: connect ECONNREFUSED .*Check that it runs/,
    ],
    [
      'no such database',
      new URL('/nowhere', testServer).href,
      /database nowhere: .*does not exist\. Make it/,
    ],
  ])('names the database, the reason and what to do: %s', async (_, url, words) => {
    await expect(migrateDatabase(url)).rejects.toThrow(words)
    await expect(openDatabase(url)).rejects.toThrow(words)
  })
})

describe.runIf(inject('template').engine === 'postgresql')('rights lost while it runs', () => {
  const role = `role_${randomBytes(6).toString('hex')}`
  beforeAll(() => runOnServer(testServer, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`))
  afterAll(() => runOnServer(testServer, `DROP ROLE ${role}`))

  const openOwnSite = async () => {
    const { url, drop } = await createEmptyDatabase()
    onTestFinished(drop)
    await runOnServer(url, `ALTER SCHEMA public OWNER TO ${role}`)
    const own = new URL(url)
    own.username = role
    own.password = 'secret'
    await migrateDatabase(own.href)
    const database = Object.assign(await openDatabase(own.href), { url: own.href })
    const basis = await openTestApp()
    const site = await openTestApp({}, { ...basis, database })
    onTestFinished(async () => {
      await site.close()
      await basis.close()
    })
    const alter = (sql: string) => runOnServer(url, sql)
    const ask = async () => {
      const answer = await site.browse().submit('/register', userFields())
      return [answer.status, (await site.browse().visit('/readyz')).status]
    }
    return { site, alter, ask }
  }

  test.each([
    [
      'to write a table',
      `REVOKE INSERT ON "User" FROM ${role}`,
      `GRANT INSERT ON "User" TO ${role}`,
    ],
    [
      'of the owner of a table',
      'ALTER TABLE "SecurityEvent" OWNER TO CURRENT_USER',
      `ALTER TABLE "SecurityEvent" OWNER TO ${role}`,
    ],
  ])('are an outage, not ready, and recover: %s', async (_, take, give) => {
    const { site, alter, ask } = await openOwnSite()

    const before = await ask()
    await alter(take)
    const without = await ask()
    await alter(give)
    const after = await ask()

    expect([before, without, after]).toEqual([
      [303, 200],
      [503, 503],
      [303, 200],
    ])
    expect(JSON.stringify(site.logged)).toMatch(/a table or a right is gone: .*INSERT on/)
  })

  test('a table that was renamed makes it not ready', async () => {
    const { alter, ask } = await openOwnSite()

    await alter('ALTER TABLE "Note" RENAME TO "Notes"')
    const without = await ask()
    await alter('ALTER TABLE "Notes" RENAME TO "Note"')

    expect([without[1], (await ask())[1]]).toEqual([503, 200])
  })
})
