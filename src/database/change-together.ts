import type { Database, Tables } from './database.ts'
import type { PrismaClient } from './generated/sqlite/client.ts'
import { enterTransaction } from './transaction-scope.ts'

/** Runs the changes in one transaction: all of them, or none if a statement fails or the callback throws. */
export function changeTogether<T>(
  database: Database,
  change: (tables: Tables) => Promise<T>,
): Promise<T> {
  // Hidden from everyone else, so that the compiler refuses it before the driver does.
  const client = database as unknown as Pick<PrismaClient, '$transaction'>
  return enterTransaction(() => client.$transaction((tables) => change(tables)))
}
