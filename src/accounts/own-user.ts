import type { Prisma, Tables, User as UserRow } from '../database/database.ts'
import { CAN_LOG_IN, type User } from './users.ts'

/** Null when the session that brought this user along was ended meanwhile. */
export async function changeOwnUser(
  tables: Tables,
  { id, authEpoch }: User,
  data: Prisma.UserUpdateInput,
): Promise<UserRow | null> {
  // Of two requests that both verified the current password, the second was logged out by the first: an
  // intruder could otherwise take back at once what the user has just changed.
  const where = { id, authEpoch, ...CAN_LOG_IN }
  const [changed] = await tables.user.updateManyAndReturn({ where, data })
  return changed ?? null
}
