import { isDriverAdapterError } from '@prisma/driver-adapter-utils'
import { Prisma } from './database.ts'

// Cannot be reached, timed out, closed the connection, no connection free, transaction not started in time.
const OUTAGE_CODES = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']
// The same, as the drivers say it where Prisma is not between: while migrating.
const OUTAGE_KINDS = [
  'DatabaseNotReachable',
  'SocketTimeout',
  'ConnectionClosed',
  'TooManyConnections',
]
const SYSTEM_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE']
// As PostgreSQL says it itself (SQLSTATE): connection lost, out of resources, shutting down or starting,
// no such database, it lets nobody in, or not us.
const OUTAGE_STATES = /^(08|53|57P|3D000|55000|28)/
// What pg throws when a connection breaks has no code.
const OUTAGE_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/

/** Takes anything thrown; says whether it means that the database is away, and that trying later may help. */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (!(error instanceof Error)) return false
  if (isDriverAdapterError(error)) return isDriverOutage(error.cause)
  const code = 'code' in error ? String(error.code) : ''
  if (OUTAGE_CODES.includes(code) || SYSTEM_CODES.includes(code)) return true
  return OUTAGE_WORDS.test(error.message) || reasonsOf(error).some(isDatabaseOutage)
}

function isDriverOutage({ kind, originalCode }: { kind: string; originalCode?: string }): boolean {
  return OUTAGE_KINDS.includes(kind) || OUTAGE_STATES.test(originalCode ?? '')
}

// Prisma keeps what the driver threw at a raw query in its own place.
function reasonsOf(error: Error): unknown[] {
  const isRaw = error instanceof Prisma.PrismaClientKnownRequestError
  return [error.cause, isRaw ? error.meta?.driverAdapterError : undefined]
}
