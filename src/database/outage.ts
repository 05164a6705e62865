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

/** Takes anything thrown; says whether it means that the database is away, and that trying later may help. */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true
  if (isDriverAdapterError(error) && OUTAGE_KINDS.includes(error.cause.kind)) return true
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (OUTAGE_CODES.includes(code) || SYSTEM_CODES.includes(code)) return true
  return error.cause !== undefined && isDatabaseOutage(error.cause)
}
