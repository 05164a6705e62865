import { setTimeout } from 'node:timers/promises'
import { isDriverAdapterError } from '@prisma/driver-adapter-utils'
import { seconds } from '../durations.ts'
import type { DatabaseAddress } from './database-url.ts'
import type { MigrationConnection } from './migration-connection.ts'
import { quoteIdentifier } from './postgresql.ts'

const POLL_MS = 50
const PATIENCE_MS = seconds(60)
// The key under which Prisma's own commands lock, so that they and we wait for each other.
const PRISMA_LOCK = 72_707_369

// Foreign keys are off because a table that is rebuilt is dropped, and its children would go with it;
// inside the transaction the migration's own attempt to turn them off has no effect.
const SQLITE_LOCK = `
  PRAGMA journal_mode = WAL;
  PRAGMA foreign_keys = OFF;
  BEGIN IMMEDIATE;
`

const describePostgresqlLock = (schema: string | undefined): string => `
  BEGIN;
  SET LOCAL lock_timeout = ${PATIENCE_MS};
  SELECT pg_advisory_xact_lock(${PRISMA_LOCK});
  ${schema === undefined ? '' : `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};`}
`

/** Whether a failure is one that Prisma's drivers give this name. */
export const hasKind = (failure: unknown, kind: string): boolean =>
  isDriverAdapterError(failure) && failure.cause.kind === kind

/** Whether SQLite refused because somebody else holds its lock. */
export const isBusy = (failure: unknown): boolean => hasKind(failure, 'SocketTimeout')

// Waits between attempts instead of inside SQLite, whose own waiting would stop this whole process.
const lockSqlite = async (connection: MigrationConnection): Promise<void> => {
  for (let waited = 0; ; waited += POLL_MS) {
    const failure = await connection.executeScript(SQLITE_LOCK).catch((error: unknown) => error)
    if (failure === undefined) return
    if (!isBusy(failure) || waited >= PATIENCE_MS) throw failure
    await setTimeout(POLL_MS)
  }
}

/** Begins a transaction that no other migration of this database can be inside of; waits a minute. */
export const lockDatabase = (
  connection: MigrationConnection,
  address: DatabaseAddress,
): Promise<void> =>
  address.engine === 'sqlite'
    ? lockSqlite(connection)
    : connection.executeScript(describePostgresqlLock(address.schema))
