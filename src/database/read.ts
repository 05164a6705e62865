import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { formatIso } from '../iso-time.ts'

/** A time as both engines read it inside JSON, and as Prisma stores it on SQLite: only times in the same form compare as text. */
export function formatTimestamp(time: Date): string {
  return formatIso(time).replace('Z', '+00:00')
}

/** What a statement of `Database.read` may be given. */
export type ReadValue = string | number | Date | null

/** Reads rows outside any transaction through a statement that is prepared once. Its parameters are $1, $2 and so on; times come as Date. */
export type Read = <Row>(sql: string, values: ReadValue[]) => Promise<Row[]>

/** Prisma's way into a database, and ours. Nothing can be read before Prisma has connected. */
export type Driver = { adapter: SqlDriverAdapterFactory; read: Read }
