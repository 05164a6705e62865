import { randomUUID } from 'node:crypto'
import { Pool, type QueryArrayConfig, type QueryArrayResult } from 'pg'
import type { Engine } from '../src/database/database-url.ts'
import {
  connectPostgresql,
  connectSqlite,
  type MigrationConnection,
} from '../src/database/migration-connection.ts'

const CHAR = 18
const TEXT = 25

/** Connects to an empty database that is gone once closed; PostgreSQL needs a server's URL for it. */
export function connectToShadow(engine: Engine, url: string): Promise<MigrationConnection> {
  return engine === 'sqlite' ? connectSqlite(':memory:', 0) : connectToThrowaway(url)
}

// Not the driver's own shadow connection: given a URL, that one lands in the database of the URL.
async function connectToThrowaway(url: string): Promise<MigrationConnection> {
  const name = `shadow_${randomUUID()}`
  await runOnServer(url, `CREATE DATABASE "${name}"`)
  const address = new URL(url)
  address.pathname = name
  const pool = createPool(address.href)
  const connection = await connectPostgresql({ url: address.href, schema: undefined }, pool)
  const dispose = async (): Promise<void> => {
    await connection.dispose()
    await runOnServer(url, `DROP DATABASE "${name}"`)
  }
  return { ...connection, dispose }
}

async function runOnServer(url: string, statement: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 })
  await pool.query(statement).finally(() => pool.end())
}

// Prisma's driver does not know the type "char", in which PostgreSQL's catalog answers the engine.
function createPool(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 1 })
  const query = pool.query.bind(pool)
  const queryWithText = async (statement: QueryArrayConfig): Promise<QueryArrayResult> => {
    const result = await query(statement)
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT
    return result
  }
  return Object.assign(pool, { query: queryWithText })
}
