import { Prisma } from '../database/database.ts'

/** Takes anything thrown; says whether it is a unique index that has the value already. */
export function isUniqueViolation(error: unknown): error is Prisma.PrismaClientKnownRequestError {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  return error.code === 'P2002' || (error.code === 'P2010' && isOfRawStatement(error.meta))
}

// Of a raw statement Prisma says only that it failed, and hands on what the driver said.
function isOfRawStatement(meta: Record<string, unknown> | undefined): boolean {
  const { cause } = Object(meta?.driverAdapterError)
  return Object(cause).kind === 'UniqueConstraintViolation'
}
