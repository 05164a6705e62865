import { Prisma, type Tables } from './database.ts'

export type Row = Record<string, unknown>

/** The rows of one table, whichever it is. */
export type Rows = {
  findMany: (which: object) => Promise<Row[]>
  createMany: (rows: { data: Row[] }) => Promise<unknown>
  count: () => Promise<number>
}

/** Every table that Prisma knows of, those that the owner has added included. */
export const TABLE_NAMES: readonly string[] = Object.keys(Prisma.ModelName)

export function rowsOf(tables: Tables, name: string): Rows {
  if (!TABLE_NAMES.includes(name)) throw new Error(`${name} is no model of prisma/schema.prisma`)
  // Prisma names them so, and its type knows each by that name only.
  return Object(tables)[name.charAt(0).toLowerCase() + name.slice(1)]
}
