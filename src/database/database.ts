import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { seconds } from '../durations.ts'
import { type Engine, readDatabaseUrl } from './database-url.ts'
import { type Prisma, PrismaClient } from './generated/sqlite/client.ts'
import { createPostgresqlAdapter } from './postgresql.ts'
import { createSqliteAdapter } from './sqlite.ts'

export type {
  EmailLink,
  OutboxMessage,
  PendingRegistration,
  User,
} from './generated/sqlite/client.ts'
export { Prisma } from './generated/sqlite/client.ts'

/** What statements go through: the tables and raw SQL, of the database or of one transaction. */
export type Tables = Omit<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>

export type Database = Tables & { readonly engine: Engine; close(): Promise<void> }

export type DatabaseOptions = {
  /** Hears every SQL statement. */
  onStatement?: (sql: string) => void
  /** How long a PostgreSQL may take to answer a statement, in ms. */
  answerWithin?: number
}

/** Opens the database at a `file:` or `postgresql:` URL. */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const { engine } = readDatabaseUrl(url)
  const client = await createClient(url, options)
  await client.$connect()
  return Object.assign(client, { engine, close: () => client.$disconnect() })
}

function createClient(
  url: string,
  { onStatement = () => {}, answerWithin = seconds(10) }: DatabaseOptions,
): Promise<PrismaClient> {
  const address = readDatabaseUrl(url)
  if (address.engine === 'postgresql') {
    return createPostgresqlClient(createPostgresqlAdapter(address, { onStatement, answerWithin }))
  }
  const adapter = createSqliteAdapter(address.file, onStatement)
  return Promise.resolve(new PrismaClient(describeClient(adapter)))
}

async function createPostgresqlClient(adapter: SqlDriverAdapterFactory): Promise<PrismaClient> {
  const postgresql = await import('./generated/postgresql/client.ts')
  // Both are generated from the same models: this is the one place that says so to the compiler.
  return new postgresql.PrismaClient(describeClient(adapter)) as unknown as PrismaClient
}

function describeClient(adapter: SqlDriverAdapterFactory) {
  return {
    adapter,
    // The other formats read our source from disk and print the lines around the call into the error.
    errorFormat: 'minimal' as const,
    transactionOptions: { maxWait: seconds(5), timeout: seconds(10) },
  }
}
