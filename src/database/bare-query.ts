import type { SqlQuery } from '@prisma/driver-adapter-utils'

/** Takes a statement without parameters; returns it in the form in which Prisma's drivers take one. */
export function bare(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] }
}
