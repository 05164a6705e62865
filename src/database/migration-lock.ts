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

/** Begins a transaction that no other migration of this database can be inside of; waits a minute. */
export function lockDatabase(
  connection: MigrationConnection,
  address: DatabaseAddress,
): Promise<void> {
  return address.engine === 'sqlite'
    ? lockSqlite(connection)
    : connection.executeScript(describePostgresqlLock(address.schema))
}

// Waits between attempts instead of inside SQLite, whose own waiting would stop this whole process.
async function lockSqlite(connection: MigrationConnection): Promise<void> {
  for (let waited = 0; ; waited += POLL_MS) {
    const failure = await connection.executeScript(SQLITE_LOCK).catch((error: unknown) => error)
    if (failure === undefined) return
    if (!isLocked(failure) || waited >= PATIENCE_MS) throw failure
    await setTimeout(POLL_MS)
  }
}

function describePostgresqlLock(schema: string | undefined): string {
  const create = schema && `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};`
  return `
    BEGIN;
    SET LOCAL lock_timeout = ${PATIENCE_MS};
    SELECT pg_advisory_xact_lock(${PRISMA_LOCK});
    ${create ?? ''}
  `
}

/** Says whether a failure is one that Prisma's drivers give this name. */
export function hasKind(failure: unknown, kind: string): boolean {
  return isDriverAdapterError(failure) && failure.cause.kind === kind
}

/** Says whether SQLite refused because somebody else holds its lock. */
export function isLocked(failure: unknown): boolean {
  return hasKind(failure, 'SocketTimeout')
}
