import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { PoolConfig } from 'pg'
import { seconds } from '../durations.ts'
import { type Begin, guardAdapter } from './guarded-adapter.ts'

export type PostgresqlAddress = { url: string; schema: string | undefined }

/** Quotes a name for PostgreSQL. */
export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

// The option of Prisma's driver names the schema in generated statements only; raw ones go by the path.
function searchPath(schema: string): string {
  return `-c search_path=${quoteIdentifier(schema).replace(/[\\ ]/g, '\\$&')}`
}

/** The pool settings for an address; `max` is the number of connections. */
export function describePool({ url, schema }: PostgresqlAddress, max: number): PoolConfig {
  return {
    connectionString: url,
    max,
    // A server that is away is told after this, instead of keeping every visitor waiting.
    connectionTimeoutMillis: seconds(5),
    ...(schema === undefined ? {} : { options: searchPath(schema) }),
  }
}

const begin: Begin = async (connection) => {
  const transaction = await connection.startTransaction()
  // Committing only gives the connection back: the statement itself is the guard's.
  return { queryable: transaction, release: () => transaction.commit() }
}

const CONNECTIONS = 10

/** The guarded driver of one PostgreSQL database: a pool in which each transaction has its connection. No statement is waited for longer than answerWithin, in ms. */
export function createPostgresqlAdapter(
  address: PostgresqlAddress,
  { onStatement, answerWithin }: { onStatement: (sql: string) => void; answerWithin: number },
): SqlDriverAdapterFactory {
  const { schema } = address
  const options = schema === undefined ? {} : { schema }
  // A server that hangs, or is gone without a word, breaks no connection: nobody would ever be told.
  const patience = { query_timeout: answerWithin, keepAlive: true }
  const factory = new PrismaPg({ ...describePool(address, CONNECTIONS), ...patience }, options)
  return guardAdapter(factory, { begin, onStatement })
}
