import { type Database, Prisma } from './database.ts'

/** Small: on SQLite every other request waits while one statement runs. */
export const BATCH = 500

/** A table and its primary key. */
export type Table = { name: Prisma.ModelName; key: string }

/** Deletes the first rows of `which`, a condition and its order; says whether there may be more. */
export async function deleteBatch(
  database: Database,
  { name, key }: Table,
  which: Prisma.Sql,
): Promise<boolean> {
  const [from, id] = [Prisma.raw(`"${name}"`), Prisma.raw(`"${key}"`)]
  const count = await database.$executeRaw`
    DELETE FROM ${from} WHERE ${id} IN (SELECT ${id} FROM ${from} WHERE ${which} LIMIT ${BATCH})`
  return count === BATCH
}
