import { isDriverAdapterError } from '@prisma/driver-adapter-utils'
import { Prisma } from './generated/sqlite/client.ts'

const OUTAGE_CODES = [
  // Prisma: not reached, timed out, closed, no connection free, transaction late or too long, deadlock.
  /^P(1001|1002|1008|1017|2024|2028|2034)$/,
  // Its drivers, where they give no code of the database.
  /^(DatabaseNotReachable|SocketTimeout|ConnectionClosed|TooManyConnections)$/,
  /^E(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|PIPE|AI_AGAIN|HOSTUNREACH|NETUNREACH)$/,
  /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|PROTOCOL)/,
  // SQLSTATE: connection lost, out of resources, shutting down, disk trouble, no such database, login refused,
  // read-only, a right taken away, lock_timeout, statement_timeout, idle_in_transaction_session_timeout,
  // transaction_timeout, deadlock.
  /^(08...|53...|57P0.|58...|3D000|55000|28...|25006|42501|55P03|57014|25P0[34]|4000[13]|40P01)$/,
]
// What pg throws when a connection breaks has no code.
const OUTAGE_WORDS =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/

const LOST_CODES =
  /^(ECONNRESET|EPIPE|ETIMEDOUT|ConnectionClosed|SocketTimeout|08...|57P0.|25P0[34]|40003|SQLITE_IOERR.*)$/
const LOST_WORDS =
  /^(Connection terminated(?! due to connection timeout)|Query read timeout|Client has encountered a connection error)/

/** The database answers, and cannot be used yet or any more. */
export class NotReady extends Error {}

/** The database is away, full or refuses to write: trying later may help. */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError || error instanceof NotReady) {
    return true
  }
  return reasonsOf(error).some(
    (reason) =>
      OUTAGE_WORDS.test(reason.message) ||
      OUTAGE_CODES.some((pattern) => codesOf(reason).some((code) => pattern.test(code))),
  )
}

/** The connection broke or fell silent after a statement was sent: it may have been done, or not. */
export function isAnswerLost(error: unknown): boolean {
  return reasonsOf(error).some(
    (reason) =>
      LOST_WORDS.test(reason.message) || codesOf(reason).some((code) => LOST_CODES.test(code)),
  )
}

/** SQLite is locked by another connection. A statement that it refused has done nothing. */
export function isLocked(error: unknown): boolean {
  return reasonsOf(error).some((reason) =>
    codesOf(reason).some((code) => code.startsWith('SQLITE_BUSY')),
  )
}

function codesOf(error: Error): string[] {
  const code = 'code' in error ? [String(error.code)] : []
  if (!isDriverAdapterError(error)) return code
  return [...code, error.cause.originalCode ?? error.cause.kind]
}

// Prisma keeps what the driver threw in a place of its own, and Node every IP that it has tried.
function reasonsOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return []
  const driver =
    error instanceof Prisma.PrismaClientKnownRequestError ? error.meta?.driverAdapterError : null
  const tried = error instanceof AggregateError ? error.errors : []
  return [error, ...[error.cause, driver, ...tried].flatMap(reasonsOf)]
}
