import { bare } from './bare-query.ts'
import { type DatabaseAddress, type Engine, readDatabaseUrl } from './database-url.ts'
import { connectForMigration, type MigrationConnection } from './migration-connection.ts'
import { hasKind, isLocked, lockDatabase } from './migration-lock.ts'
import { listMigrations, readMigrations } from './migrations-folder.ts'
import { startSchemaEngine } from './schema-engine.ts'

const APPLIED = bare(
  'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
)

/** Applies the migrations a database lacks, all or none of them, while other processes wait. */
export async function migrateDatabase(url: string): Promise<{ applied: string[] }> {
  const address = readDatabaseUrl(url)
  const connection = await connectForMigration(address)
  // Closing at once also gives back the lock, and undoes what was not committed.
  const applied = await migrate(connection, address).finally(() => connection.dispose())
  return { applied }
}

async function migrate(
  connection: MigrationConnection,
  address: DatabaseAddress,
): Promise<string[]> {
  if (await isUpToDate(connection, address.engine)) return []
  return applyMigrations(connection, address)
}

async function isUpToDate(connection: MigrationConnection, engine: Engine): Promise<boolean> {
  const applied = await findApplied(connection)
  return listMigrations(engine).every((name) => applied.includes(name))
}

async function findApplied(connection: MigrationConnection): Promise<unknown[]> {
  const answer = await connection.queryRaw(APPLIED).catch((failure: unknown) => {
    if (hasKind(failure, 'TableDoesNotExist') || isLocked(failure)) return { rows: [] }
    throw failure
  })
  return answer.rows.map(([name]) => name)
}

async function applyMigrations(
  connection: MigrationConnection,
  address: DatabaseAddress,
): Promise<string[]> {
  await lockDatabase(connection, address)
  const { appliedMigrationNames } = await runMigrations(connection, address.engine)
  await connection.executeRaw(bare('COMMIT'))
  return appliedMigrationNames
}

async function runMigrations(connection: MigrationConnection, engine: Engine) {
  const { noting, failures } = noteFailedScript(connection)
  const schemaEngine = await startSchemaEngine(noting)
  const filters = { externalTables: [], externalEnums: [] }
  const migrationsList = readMigrations(engine)
  return schemaEngine.applyMigrations({ migrationsList, filters }).catch((failure: unknown) => {
    throw new Error('The database was left as it was: a migration failed', {
      cause: failures[0] ?? failure,
    })
  })
}

// After a failed script PostgreSQL refuses the engine's next statement too, and the engine tells only of that.
function noteFailedScript(connection: MigrationConnection) {
  const failures: unknown[] = []
  const executeScript = (script: string): Promise<void> =>
    connection.executeScript(script).catch((failure: unknown) => {
      failures.push(failure)
      throw failure
    })
  return { noting: { ...connection, executeScript }, failures }
}
