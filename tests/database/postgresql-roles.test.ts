import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { runOnServer, testServer } from '../support/template-database.ts'

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
