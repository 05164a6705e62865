import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { openDatabase, Prisma, type Tables } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const database = await openTestDatabase()
const folder = mkdtempSync(join(tmpdir(), 'express-login-'))

afterAll(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

const readMode = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('openDatabase', () => {
  test('refuses a URL of another kind', async () => {
    await expect(openDatabase('mysql://localhost/app')).rejects.toThrow('file: or postgresql:')
  })
})

describe.runIf(database.engine === 'sqlite')('openDatabase on SQLite', () => {
  test('makes folder and files readable by their owner only', async () => {
    const inner = join(folder, 'data')
    const opened = await openDatabase(`file:${inner}/app.db`)
    await opened.$executeRaw`CREATE TABLE "Note" ("id" INTEGER)`

    const modes = readdirSync(inner).map((name) => [name, readMode(join(inner, name))])
    await opened.close()

    expect(readMode(inner)).toBe('700')
    expect(modes).toEqual([
      ['app.db', '600'],
      ['app.db-shm', '600'],
      ['app.db-wal', '600'],
    ])
  })

  test.each([
    ['journal_mode', 'wal'],
    ['synchronous', 1n],
    ['foreign_keys', 1n],
    ['busy_timeout', 0n],
  ])('sets %s', async (name, value) => {
    const rows = await database.$queryRaw<object[]>(Prisma.raw(`PRAGMA ${name}`))

    expect(rows.map((row) => Object.values(row))).toEqual([[value]])
  })

  test('waits for the disk with what is changed together, and with nothing else', async () => {
    const readMode = (tables: Tables) => tables.$queryRaw<object[]>`PRAGMA synchronous`

    const within = await changeTogether(database, readMode)
    const after = await readMode(database)

    expect([within, after].map(([row = {}]) => Object.values(row))).toEqual([[2n], [1n]])
  })
})

describe.runIf(database.engine === 'postgresql')('openDatabase on PostgreSQL', () => {
  test('keeps to the schema of the URL, in raw SQL too', async () => {
    const url = `${database.url}?schema=own%20schema`
    await migrateDatabase(url)
    const opened = await openDatabase(url)
    const user = userRow()

    await opened.user.create({ data: user })
    const raw = await opened.$queryRaw`SELECT "id" FROM "User"`
    await opened.close()

    expect(raw).toEqual([{ id: user.id }])
    expect(await database.user.findUnique({ where: { id: user.id } })).toBeNull()
  })
})
