import { randomUUID } from 'node:crypto'
import { type PostgresqlAddress, readDatabaseUrl, type SqliteAddress } from './database-url.ts'
import { findMigrationsFolder, type Migration, readMigrations } from './migrations-folder.ts'
import { formatTimestamp } from './read.ts'

type MigrateOptions = {
  /** Refuses a database without tables instead of making them. */
  mustExist?: boolean
  folder?: string
}

/** What one engine does for the runner. */
export type MigrationConnection = {
  /** `_prisma_migrations`, with its schema. */
  historyTable: string
  /** Null where the table is missing. */
  read: (sql: string) => Promise<HistoryRow[] | null>
  run: (script: string) => Promise<void>
  /** Begins a transaction that no other migration of this database can be inside of, with a history table. */
  begin: () => Promise<void>
  commit: () => Promise<void>
  close: () => Promise<void>
}

type HistoryRow = Record<'migration_name' | 'checksum', string> & { isOpen: unknown }

/** Every process may call it at the same time. One query when there is nothing to apply. */
export async function migrateDatabase(
  url: string,
  { mustExist = false, folder }: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const address = readDatabaseUrl(url)
  const migrations = readMigrations(folder ?? findMigrationsFolder(address.engine))
  const connection = await connectForMigration(address, mustExist)
  // Closing also gives back the lock, and undoes what was not committed.
  return migrate(connection, migrations, mustExist).finally(connection.close)
}

/** Those of this release that an existing database lacks; throws if it is not one of this release. Changes nothing. */
export async function findPendingMigrations(url: string): Promise<string[]> {
  const address = readDatabaseUrl(url)
  const connection = await connectForMigration(address, true)
  const history = await readHistory(connection).finally(connection.close)
  if (history.length === 0) throw new Error(NO_TABLES)
  const migrations = readMigrations(findMigrationsFolder(address.engine))
  return findPending(migrations, history).map(({ name }) => name)
}

export async function connectForMigration(
  address: SqliteAddress | PostgresqlAddress,
  mustExist: boolean,
): Promise<MigrationConnection> {
  if (address.engine === 'postgresql') {
    return (await import('./migration-postgresql.ts')).connectPostgresql(address)
  }
  return (await import('./migration-sqlite.ts')).connectSqlite(address, mustExist)
}

async function migrate(
  connection: MigrationConnection,
  migrations: Migration[],
  mustExist: boolean,
): Promise<{ applied: string[] }> {
  const history = await readHistory(connection)
  if (mustExist && history.length === 0) throw new Error(NO_TABLES)
  const applied: string[] = []
  for (const migration of findPending(migrations, history)) {
    if (await applyOnce(connection, migrations, migration)) applied.push(migration.name)
  }
  return { applied }
}

const NO_TABLES =
  'This database has no tables of this program. Check DATABASE_URL, or start the server once: it makes them'

async function readHistory({ historyTable, read }: MigrationConnection): Promise<HistoryRow[]> {
  // No times: what this connection makes of them depends on the server's datestyle.
  const rows = await read(`
    SELECT "migration_name", "checksum", "finished_at" IS NULL AS "isOpen"
    FROM ${historyTable} WHERE "rolled_back_at" IS NULL`)
  return rows ?? []
}

/** Throws where the folder does not have what was applied. */
function findPending(migrations: Migration[], history: HistoryRow[]): Migration[] {
  for (const row of history) {
    const problem = findProblem(
      row,
      migrations.find(({ name }) => name === row.migration_name),
    )
    if (problem) throw new Error(`The migration ${row.migration_name} ${problem}`)
  }
  return migrations.filter(({ name }) => !history.some((row) => row.migration_name === name))
}

function findProblem(row: HistoryRow, migration: Migration | undefined): string | null {
  if (!migration) {
    return 'was applied to this database, and this release does not have it. Start the newer release that has, or restore the backup made before it'
  }
  if (row.isOpen) {
    return 'was begun by prisma migrate and did not finish. Repair the database, then run: npx prisma migrate resolve'
  }
  if (row.checksum !== migration.checksum) {
    return 'was edited after it was applied. Restore its file (git checkout), and put the change into a new migration'
  }
  return null
}

async function applyOnce(
  connection: MigrationConnection,
  migrations: Migration[],
  migration: Migration,
): Promise<boolean> {
  await connection.begin()
  // Another process may have applied it while this one waited for the lock.
  const pending = findPending(migrations, await readHistory(connection))
  if (pending.includes(migration)) await apply(connection, migration)
  await connection.commit()
  return pending.includes(migration)
}

async function apply(
  { historyTable, run }: MigrationConnection,
  { name, script, checksum }: Migration,
): Promise<void> {
  const startedAt = formatTimestamp(new Date())
  await run(script).catch((cause: unknown) => {
    throw new Error(`The migration ${name} failed, and nothing of it was kept`, { cause })
  })
  const values = [randomUUID(), checksum, name, startedAt, formatTimestamp(new Date())]
  await run(`
    INSERT INTO ${historyTable}
      ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
    VALUES (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')}, 1)`)
}
