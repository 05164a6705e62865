import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { escapeIdentifier, Pool, type PoolClient } from 'pg'
import { seconds } from '../durations.ts'
import type { PostgresqlAddress } from './database-url.ts'
import { type Begin, guardAdapter, type Listeners } from './guarded-adapter.ts'
import { withReason } from './postgresql-failures.ts'
import { createPostgresqlReads } from './postgresql-reads.ts'
import type { Driver, Read } from './read.ts'

const CONNECTIONS = 10

/** A server that is away is reported after this, instead of keeping every visitor waiting. */
export const CONNECT_WITHIN = seconds(5)

/** The guarded driver of one PostgreSQL database: a pool in which each transaction has its connection. */
export function createPostgresqlDriver(
  address: PostgresqlAddress,
  answerWithin: number,
  listeners: Listeners,
): Driver {
  let read: Read
  const factory: SqlDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      const pool = await withReason(address, connect(address, answerWithin))
      read = createPostgresqlReads(pool, listeners.onStatement)
      const { schema } = address
      return new PrismaPg(pool, { schema, disposeExternalPool: true }).connect()
    },
  }
  const adapter = guardAdapter(factory, { ...listeners, begin, runPlain: (work) => work() })
  return { adapter, read: (sql, values) => read(sql, values) }
}

const begin: Begin = async (connection) => {
  const transaction = await connection.startTransaction()
  const { client } = transaction as unknown as { client: PoolClient }
  return {
    queryable: transaction,
    // Committing only gives the connection back: the statement itself is the guard's.
    release: () => transaction.commit(),
    discard: () => client.release(true),
  }
}

// PgBouncer refuses settings at the start of a connection (08P01) or drops them, and a SET would reach any of its
// connections. There the role must have them.
async function connect(address: PostgresqlAddress, answerWithin: number): Promise<Pool> {
  const options = `${address.options} ${describeOptions(settingsFor(address.schema))}`
  return openPool({ ...address, options }, answerWithin).catch((error: { code?: string }) =>
    error.code === '08P01' ? openPool(address, answerWithin) : Promise.reject(error),
  )
}

async function openPool(
  { url, schema, options }: PostgresqlAddress,
  answerWithin: number,
): Promise<Pool> {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN,
    // A server that hangs, or is gone without a word, breaks no connection.
    query_timeout: answerWithin,
    keepAlive: true,
    ...(options && { options }),
  })
  // One that breaks while idle leaves the pool by itself.
  pool.on('error', () => {})
  // One that breaks before its taker listens would end the process: the next statement on it fails anyhow.
  pool.on('connect', (client) => client.on('error', () => {}))
  await assertSettings(pool, schema).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  return pool
}

// Whatever the server, the database or the role has as its default. Prisma names the schema in what it generates;
// our own statements go by the path.
function settingsFor(schema: string) {
  return {
    search_path: escapeIdentifier(schema),
    datestyle: 'ISO',
    timezone: 'UTC',
    default_transaction_isolation: 'read committed',
  }
}

function describeOptions(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ')
}

const READ_SETTINGS = `
  SELECT current_user AS role, current_schema() AS path,
    current_setting('datestyle') AS datestyle,
    current_setting('default_transaction_isolation') AS isolation`

async function assertSettings(pool: Pool, schema: string): Promise<void> {
  const [{ role, path, datestyle, isolation }] = (await pool.query(READ_SETTINGS)).rows
  const wrong = [
    (path ?? schema) !== schema && `search_path = ${escapeIdentifier(schema)}`,
    !datestyle.startsWith('ISO') && `datestyle = ISO`,
    isolation !== 'read committed' && `default_transaction_isolation = 'read committed'`,
  ].filter((setting) => setting !== false)
  if (wrong.length === 0) return
  const cures = wrong.map((setting) => `ALTER ROLE ${escapeIdentifier(role)} SET ${setting};`)
  throw new Error(
    `what stands before it, such as PgBouncer, passes no settings on. Run: ${cures.join(' ')} Then let it connect anew`,
  )
}
