import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlQuery } from '@prisma/driver-adapter-utils'
import { Pool } from 'pg'
import { bare } from './bare-query.ts'
import type { DatabaseAddress } from './database-url.ts'
import { describePool, type PostgresqlAddress } from './postgresql.ts'
import { prepareSqliteFile } from './sqlite.ts'

/** One connection that runs scripts of several statements, as the schema engine wants it. */
export type MigrationConnection = SqlDriverAdapter

/** Connects to an SQLite file (or `:memory:`); `busyMs` is how long a locked file is waited for. */
export async function connectSqlite(file: string, busyMs: number): Promise<MigrationConnection> {
  const url = `file:${file}`
  const connection = await new PrismaBetterSqlite3({ url, timeout: busyMs }).connect()
  // The engine sends whole scripts this way, and a prepared statement takes only one statement.
  const executeRaw = async (query: SqlQuery): Promise<number> => {
    if (query.args.length > 0) return connection.executeRaw(query)
    await connection.executeScript(query.sql)
    return 0
  }
  return extend(connection, { executeRaw })
}

function extend(
  connection: SqlDriverAdapter,
  changes: Partial<SqlDriverAdapter>,
): MigrationConnection {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    queryRaw: (query) => connection.queryRaw(query),
    executeRaw: (query) => connection.executeRaw(query),
    // On SQLite it throws at once instead of rejecting.
    executeScript: async (script) => connection.executeScript(script),
    startTransaction: (isolationLevel) => connection.startTransaction(isolationLevel),
    getConnectionInfo: () => connection.getConnectionInfo?.() ?? { supportsRelationJoins: false },
    dispose: () => connection.dispose(),
    ...changes,
  }
}

/** Connects to PostgreSQL through a pool of one, because locks and transactions belong to a connection. */
export async function connectPostgresql(
  address: PostgresqlAddress,
  pool = new Pool(describePool(address, 1)),
): Promise<MigrationConnection> {
  const { schema } = address
  const options = { disposeExternalPool: true, ...(schema === undefined ? {} : { schema }) }
  const connection = await new PrismaPg(pool, options).connect()
  // Prisma's driver cuts a script at every semicolon, also at those inside a string or a function.
  const executeScript = async (script: string): Promise<void> => {
    await connection.executeRaw(bare(script))
  }
  return extend(connection, { executeScript })
}

/** Connects to the database at an address for a migration; an SQLite file is made where missing. */
export function connectForMigration(address: DatabaseAddress): Promise<MigrationConnection> {
  if (address.engine === 'postgresql') return connectPostgresql(address)
  prepareSqliteFile(address.file)
  return connectSqlite(address.file, 0)
}
