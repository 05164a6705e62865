import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Database, openDatabase, Prisma } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { findMigrationsFolder, readMigrations } from '../../src/database/migrations-folder.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { deployWithPrisma } from './support/prisma-deploy.ts'

const { engine } = inject('template')
const migrations = readMigrations(findMigrationsFolder(engine))
const names = migrations.map(({ name }) => name)

const emptyDatabase = async (): Promise<string> => {
  const { url, drop } = await createEmptyDatabase()
  onTestFinished(drop)
  return url
}

const withDatabase = async <T>(url: string, work: (database: Database) => Promise<T>) => {
  const database = await openDatabase(url)
  return work(database).finally(() => database.close())
}

const query = (url: string, sql: string) =>
  withDatabase(url, (database) => database.$queryRaw<object[]>(Prisma.raw(sql)))

const change = (url: string, sql: string) =>
  withDatabase(url, (database) => database.$executeRaw(Prisma.raw(sql)))

/** A copy of this program's migrations, with others after them. */
const folderWith = (scripts: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(findMigrationsFolder(engine), folder, { recursive: true })
  for (const [name, script] of Object.entries(scripts)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'migration.sql'), script)
  }
  return folder
}

/** The table of applied migrations and its rows, without what differs from one run to the next. */
const readHistory = async (url: string) => {
  const shape =
    engine === 'sqlite'
      ? `SELECT name, type, "notnull", pk, dflt_value FROM pragma_table_info('_prisma_migrations')`
      : `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
         FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY 1`
  const rows = `
    SELECT "checksum", "migration_name", "logs", "rolled_back_at", "applied_steps_count", length("id"),
      length(CAST("started_at" AS TEXT)) > 20, "finished_at" >= "started_at"
    FROM "_prisma_migrations" ORDER BY "migration_name"`
  return [await query(url, shape), await query(url, rows)]
}

describe('a program without its migrations', () => {
  test('does not regard a database as migrated', () => {
    expect(() => readMigrations(findMigrationsFolder('mysql' as never))).toThrow('ENOENT')
  })
})

describe('migrateDatabase', () => {
  test('makes the tables of an empty database, once', async () => {
    const url = await emptyDatabase()

    const first = await migrateDatabase(url)
    const second = await migrateDatabase(url)

    expect(first.applied).toEqual(names)
    expect(second.applied).toEqual([])
    expect(await withDatabase(url, (database) => database.user.count())).toBe(0)
  })

  test('makes the same records as prisma migrate deploy, and each finds nothing to do after the other', async () => {
    const [ours, theirs] = [await emptyDatabase(), await emptyDatabase()]
    await migrateDatabase(ours)
    const deployed = await deployWithPrisma(engine, theirs)

    const [rows, expected] = await Promise.all([ours, theirs].map(readHistory))

    expect(deployed).toEqual(names)
    expect(rows).toEqual(expected)
    expect(await migrateDatabase(theirs)).toEqual({ applied: [] })
    expect(await deployWithPrisma(engine, ours)).toEqual([])
  })

  test('applies what is new, each migration in a transaction of its own', async () => {
    const url = await emptyDatabase()
    await migrateDatabase(url)
    const folder = folderWith({
      '3000_stamp': 'CREATE TABLE "Stamp" ("id" INTEGER); INSERT INTO "Stamp" VALUES (1);',
      '3001_broken': 'INSERT INTO "Stamp" VALUES (2); INSERT INTO "Nothing" VALUES (1);',
    })

    const failure = await migrateDatabase(url, { folder }).catch((error: Error) => error)

    expect(String(failure)).toContain('3001_broken failed, and nothing of it was kept')
    expect(String((failure as Error).cause)).toContain('Nothing')
    expect(await query(url, 'SELECT * FROM "Stamp"')).toEqual([{ id: 1 }])
    expect(await query(url, 'SELECT "migration_name" FROM "_prisma_migrations"')).toHaveLength(
      names.length + 1,
    )
  })

  test('refuses a database with a migration that this release does not have', async () => {
    const url = await emptyDatabase()
    await migrateDatabase(url, { folder: folderWith({ '3000_newer': 'SELECT 1;' }) })

    await expect(migrateDatabase(url)).rejects.toThrow(
      /The migration 3000_newer was applied .* does not have it\. Start the newer release/,
    )
  })

  test('refuses a migration that was edited after it was applied', async () => {
    const url = await emptyDatabase()
    await migrateDatabase(url, { folder: folderWith({ '3000_stamp': 'SELECT 1;' }) })
    const folder = folderWith({ '3000_stamp': 'SELECT 2;', '3001_later': 'SELECT 1;' })

    await expect(migrateDatabase(url, { folder })).rejects.toThrow(
      /The migration 3000_stamp was edited .*\. Restore its file/,
    )
  })

  test('refuses a migration that another program left unfinished, and forgets one rolled back', async () => {
    const url = await emptyDatabase()
    await migrateDatabase(url)
    await change(url, `UPDATE "_prisma_migrations" SET "finished_at" = NULL`)

    await expect(migrateDatabase(url)).rejects.toThrow(/did not finish\. Repair the database/)

    await change(
      url,
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "rolled_back_at")
       VALUES ('1', '', '3000_gone', '2026-01-01 00:00:00')`,
    )
    await change(url, `UPDATE "_prisma_migrations" SET "finished_at" = '2026-01-01 00:00:00'`)
    expect(await migrateDatabase(url)).toEqual({ applied: [] })
  })

  test('makes nothing where a database must be there already', async () => {
    const url = await emptyDatabase()

    await expect(migrateDatabase(url, { mustExist: true })).rejects.toThrow('Check DATABASE_URL')

    await expect(query(url, 'SELECT * FROM "_prisma_migrations"')).rejects.toThrow()
    await migrateDatabase(url)
    expect(await migrateDatabase(url, { mustExist: true })).toEqual({ applied: [] })
  })

  test('leaves nothing behind of a first migration that fails halfway', async () => {
    const url = await emptyDatabase()
    await change(url, 'CREATE VIEW "Session" AS SELECT 1')

    const failure = await migrateDatabase(url).catch((error: Error) => error.cause)
    expect(String(failure)).toContain('Session')

    for (const name of ['User', '_prisma_migrations']) {
      const reading = query(url, `SELECT * FROM "${name}"`)
      await expect(reading).rejects.toThrow(/does not exist|no such table/)
    }
  })
})

describe.runIf(engine === 'sqlite')('migrateDatabase on SQLite', () => {
  const PARENT =
    'CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY); INSERT INTO "Parent" VALUES (1);'
  const CHILD =
    'CREATE TABLE "Child" ("id" INTEGER REFERENCES "Parent" ("id") ON DELETE CASCADE); INSERT INTO "Child" VALUES (1);'
  const REBUILD =
    'CREATE TABLE "New" ("id" INTEGER PRIMARY KEY); INSERT INTO "New" SELECT "id" FROM "Parent"; DROP TABLE "Parent"; ALTER TABLE "New" RENAME TO "Parent";'

  test('keeps the children of a table that is rebuilt', async () => {
    const url = await emptyDatabase()
    const folder = folderWith({ '3000_parent': PARENT, '3001_child': CHILD, '3002_new': REBUILD })

    await migrateDatabase(url, { folder })

    expect(await query(url, 'SELECT * FROM "Child"')).toEqual([{ id: 1 }])
  })

  test('refuses a migration that leaves children without their parent', async () => {
    const url = await emptyDatabase()
    const folder = folderWith({
      '3000_parent': PARENT,
      '3001_child': CHILD,
      '3002_orphans': 'DELETE FROM "Parent";',
    })

    await expect(migrateDatabase(url, { folder })).rejects.toThrow('such as Child without Parent')

    expect(await query(url, 'SELECT * FROM "Parent"')).toEqual([{ id: 1 }])
  })
})
