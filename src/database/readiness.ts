import { setTimeout } from 'node:timers/promises'
import { seconds } from '../durations.ts'
import type { Database } from './database.ts'
import { findMigrationsFolder, readMigrations } from './migrations-folder.ts'
import { NotReady } from './outage.ts'
import { TABLE_NAMES } from './rows.ts'

const LOCKED_FOR = seconds(0.5)

/** Rejects unless the database answers, has every table and migration of this release, and takes writes. */
export function createReadiness(database: Database): () => Promise<void> {
  // Read once: a newer release in the same folder is not what this process needs.
  const names = readMigrations(findMigrationsFolder(database.engine)).map(({ name }) => name)
  let underWay: Promise<void> | undefined

  // One at a time, however often it is asked.
  return () => {
    underWay ??= check(database, names)
      .catch(refuse)
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
}

// The log shows no causes.
function refuse(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : cause
  throw new NotReady(`The database is not ready: ${reason}`, { cause })
}

async function check(database: Database, names: string[]): Promise<void> {
  const rows = await (database.engine === 'sqlite' ? askSqlite(database) : askPostgresql(database))
  // Locked by another connection: it is there, and does not refuse for good.
  if (rows === null) return
  const applied = rows.map((row) => row.migration_name)
  const missing = names.filter((name) => !applied.includes(name))
  if (missing.length > 0) throw new Error(`it lacks the migration ${missing.join(', ')}`)
  const refused = rows.flatMap((row) => row.refused ?? [])
  if (refused.length > 0) throw new Error(`a table or a right is gone: ${refused.join(', ')}`)
}

type Row = { migration_name: string | null; refused?: string | null }

// Reads what was applied, and writes no column. A new rowid is what makes SQLite write a page: a full disk shows only
// there.
function askSqlite(database: Database): Promise<Row[] | null> {
  const rows = database.$queryRaw<Row[]>`
    UPDATE "_prisma_migrations" SET "rowid" = -"rowid"
    WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL
    RETURNING "migration_name"`
  return Promise.race([rows, setTimeout(LOCKED_FOR, null, { ref: false })])
}

// A read-only server refuses a change of no row too. Rights can be taken away, and tables renamed, while this runs.
function askPostgresql(database: Database): Promise<Row[]> {
  return database.$queryRaw`
    WITH "write" AS (UPDATE "_prisma_migrations" SET "logs" = "logs" WHERE false)
    SELECT "migration_name", NULL AS "refused" FROM "_prisma_migrations"
    WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL
    UNION ALL
    SELECT NULL, "right" || ' on ' || "table"
    FROM unnest(${TABLE_NAMES}::text[]) "table",
      unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) "right"
    WHERE has_table_privilege(to_regclass(quote_ident("table")), "right") IS NOT TRUE`
}
