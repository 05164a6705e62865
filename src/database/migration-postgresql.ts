import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { minutes } from '../durations.ts'
import type { PostgresqlAddress } from './database-url.ts'
import type { MigrationConnection } from './migrate.ts'
import { CONNECT_WITHIN } from './postgresql.ts'
import { withReason } from './postgresql-failures.ts'

// Prisma's own commands lock under this key too.
const PRISMA_LOCK = 72_707_369

// As Prisma makes it.
const HISTORY = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`

export async function connectPostgresql(address: PostgresqlAddress): Promise<MigrationConnection> {
  const client = new Client({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_WITHIN,
    ...(address.options && { options: address.options }),
  })
  // A broken connection is told by the query that meets it.
  client.on('error', () => {})
  await withReason(address, client.connect())
  const run = async (script: string) => void (await client.query(script))
  return {
    historyTable: `${escapeIdentifier(address.schema)}."_prisma_migrations"`,
    read: (sql) => withReason(address, readRows(client, sql)),
    run,
    begin: () => withReason(address, begin(client, address.schema)),
    commit: () => run('COMMIT'),
    close: () => client.end(),
  }
}

async function readRows(client: Client, sql: string) {
  return client.query(sql).then(
    ({ rows }) => rows,
    (error: { code?: string }) => (error.code === '42P01' ? null : Promise.reject(error)),
  )
}

// Local settings, because behind PgBouncer each transaction may have another connection.
async function begin(client: Client, schema: string): Promise<void> {
  const name = escapeIdentifier(schema)
  await client.query(`
    BEGIN;
    SET LOCAL lock_timeout = ${minutes(1)};
    SET LOCAL statement_timeout = 0;
    SET LOCAL search_path = ${name};
    SELECT pg_advisory_xact_lock(${PRISMA_LOCK})`)
  // Asked first: IF NOT EXISTS too wants the right to make schemas.
  const find = `SELECT FROM pg_namespace WHERE nspname = ${escapeLiteral(schema)}`
  const { rowCount } = await client.query(find)
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${name}`)
  await client.query(HISTORY)
}
