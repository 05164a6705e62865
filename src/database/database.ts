import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { seconds } from '../durations.ts'
import { type Engine, readDatabaseUrl } from './database-url.ts'
import { Prisma, PrismaClient } from './generated/sqlite/client.ts'
import type { Listeners } from './guarded-adapter.ts'
import type { Read } from './read.ts'

export type {
  EmailLink,
  Note,
  OutboxMessage,
  PendingRegistration,
  RememberSeries,
  SecurityEvent,
  User,
} from './generated/sqlite/client.ts'
export { Prisma }

/** What statements go through: the tables and raw SQL, of the database or of one transaction. */
export type Tables = Omit<Prisma.TransactionClient, '$queryRawUnsafe' | '$executeRawUnsafe'>

export type Database = Tables & {
  readonly engine: Engine
  read: Read
  /** Grows with every change that was made, or may have been. */
  countChanges(): number
  close(): Promise<void>
}

export type DatabaseOptions = {
  /** Hears every SQL statement. */
  onStatement?: (sql: string) => void
  /** In ms: how long a PostgreSQL may take to answer a statement (10 s), or an SQLite file may be locked (5 s), before it is an outage. */
  answerWithin?: number
}

/** Opens the database at a `file:` or `postgresql:` URL. */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const { onStatement = () => {}, answerWithin } = options
  let changes = 0
  const onChange = () => {
    changes++
  }
  const { client, read } = await createClient(url, answerWithin, { onStatement, onChange })
  await client.$connect()
  const { engine } = readDatabaseUrl(url)
  const [countChanges, close] = [() => changes, () => client.$disconnect()]
  return Object.assign(client, { engine, read, countChanges, close })
}

// Only the chosen engine is loaded.
async function createClient(
  url: string,
  answerWithin: number | undefined,
  listeners: Listeners,
): Promise<{ client: PrismaClient; read: Read }> {
  const address = readDatabaseUrl(url)
  if (address.engine === 'sqlite') {
    const { createSqliteDriver } = await import('./sqlite.ts')
    const { adapter, read } = createSqliteDriver(address, answerWithin, listeners)
    return { client: new PrismaClient(describeClient(adapter)), read }
  }
  const { createPostgresqlDriver } = await import('./postgresql.ts')
  const postgresql = await import('./generated/postgresql/client.ts')
  const { adapter, read } = createPostgresqlDriver(address, answerWithin ?? seconds(10), listeners)
  // Both clients are generated from the same models: the one place that says so to the compiler.
  const client = new postgresql.PrismaClient(describeClient(adapter)) as unknown as PrismaClient
  return { client, read }
}

function describeClient(adapter: SqlDriverAdapterFactory) {
  return {
    adapter,
    // The other formats read our source from disk and print the lines around the call into the error.
    errorFormat: 'minimal' as const,
    transactionOptions: { maxWait: seconds(5), timeout: seconds(10) },
  }
}

/** For catch: the outcome where a unique index has the value already. */
export function whenTaken<T>(outcome: T): (error: unknown) => T {
  return (error) => {
    if (isUniqueViolation(error)) return outcome
    throw error
  }
}

/** Whether a unique index refused a value that it has already. */
export function isUniqueViolation(error: unknown): error is Prisma.PrismaClientKnownRequestError {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  return error.code === 'P2002' || (error.code === 'P2010' && isOfRawStatement(error.meta))
}

// Of a raw statement Prisma says only that it failed, and hands on what the driver said.
function isOfRawStatement(meta: Record<string, unknown> | undefined): boolean {
  const { cause } = Object(meta?.driverAdapterError)
  return Object(cause).kind === 'UniqueConstraintViolation'
}
