import { existsSync } from 'node:fs'
import BetterSqlite3, { type Database } from 'better-sqlite3'
import { minutes } from '../durations.ts'
import type { SqliteAddress } from './database-url.ts'
import type { MigrationConnection } from './migrate.ts'
import { retryWhileLocked } from './retry-while-locked.ts'
import { explainOpening, makeSqliteFile } from './sqlite-file.ts'

// As Prisma makes it.
const HISTORY = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

export async function connectSqlite(
  { file }: SqliteAddress,
  mustExist: boolean,
): Promise<MigrationConnection> {
  if (!mustExist) makeSqliteFile(file)
  if (!existsSync(file)) throw new Error(`There is no database at ${file}. Check DATABASE_URL`)
  const database = await explainOpening(file, () => new BetterSqlite3(file, { timeout: 0 }))
  return {
    historyTable: '"main"."_prisma_migrations"',
    read: (sql) => retryWhileLocked(() => readRows(database, sql)),
    run: async (script) => void database.exec(script),
    begin: () => retryWhileLocked(() => begin(database), minutes(1)),
    commit: async () => {
      assertReferences(database)
      await retryWhileLocked(() => database.exec('COMMIT'))
    },
    close: async () => void database.close(),
  }
}

function readRows(database: Database, sql: string) {
  try {
    return database.prepare<[], never>(sql).all()
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no such table')) return null
    throw error
  }
}

// A table that is rebuilt is dropped, and its children would go with it. Inside the transaction the migration's own
// attempt to turn foreign keys off has no effect.
function begin(database: Database): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
  database.exec(HISTORY)
}

function assertReferences(database: Database): void {
  const broken = database.pragma('foreign_key_check') as { table: string; parent: string }[]
  const [first] = broken
  if (!first) return
  throw new Error(
    `The migration would leave ${broken.length} rows without what they refer to, such as ${first.table} without ${first.parent}. Nothing of it was kept`,
  )
}
