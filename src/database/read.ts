import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'

/** What a statement of `Database.read` may be given. */
export type ReadValue = string | number | Date | null

/** Reads rows outside any transaction through a statement that is prepared once. Its parameters are $1, $2 and so on; times come as Date. */
export type Read = <Row>(sql: string, values: ReadValue[]) => Promise<Row[]>

/** Prisma's way into a database, and ours. Nothing can be read before Prisma has connected. */
export type Driver = { adapter: SqlDriverAdapterFactory; read: Read }
