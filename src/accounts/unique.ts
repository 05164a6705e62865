import { Prisma } from '../database/database.ts'

/** Takes anything thrown; says whether it is a unique index that has the value already. */
export function isUniqueViolation(error: unknown): error is Prisma.PrismaClientKnownRequestError {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
