import type { Prisma, Tables, User as UserRow } from '../database/database.ts'
import type { User } from './accounts.ts'

/** Takes the tables of a transaction, a user as their session brought them along, and a change to their own row; returns it changed, or null when that session was ended meanwhile. */
export async function changeOwnUser(
  tables: Tables,
  { id, authEpoch }: User,
  data: Prisma.UserUpdateInput,
): Promise<UserRow | null> {
  // Of two requests that asked for the same current password, the one that comes second was logged out by
  // the first: an intruder could else take back at once what the owner has just changed.
  const where = { id, authEpoch, isActive: true }
  const [changed] = await tables.user.updateManyAndReturn({ where, data })
  return changed ?? null
}
