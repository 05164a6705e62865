import { changeTogether } from '../database/change-together.ts'
import type { Accounts, User } from './accounts.ts'
import { recordEvent } from './events.ts'
import { usernameKeyOf } from './identifiers.ts'
import { isUniqueViolation } from './unique.ts'
import { toUser } from './users.ts'

export type ProfileChange = { name: string; username: string; browser: string }

/** Takes a user and a checked form; returns the user as changed, or that somebody has the name already. */
export function changeProfile(
  { database, clock }: Accounts,
  user: User,
  { name: typed, username, browser }: ProfileChange,
): Promise<User | 'username-taken'> {
  const name = typed || username
  if (name === user.name && username === user.username) return Promise.resolve(user)
  const userId = user.id
  const data = { name, username, usernameKey: usernameKeyOf(username) }
  return changeTogether<User | 'username-taken'>(database, async (tables) => {
    const changed = await tables.user.update({ where: { id: userId }, data })
    await recordEvent(tables, { userId, kind: 'profile-changed', at: clock(), browser })
    return toUser(changed)
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) return 'username-taken'
    throw error
  })
}

/** Takes a user who wants to keep their address after all; voids the link to another one. */
export async function keepEmail({ database }: Accounts, { id: userId }: User): Promise<void> {
  await database.accountLink.deleteMany({ where: { userId, purpose: 'confirm-new-address' } })
}

/** Takes a user; returns the address that waits for its confirmation, or null. */
export async function findPendingEmail(
  { database, clock }: Accounts,
  user: User,
): Promise<string | null> {
  const { id: userId, authEpoch } = user
  const where = { userId, authEpoch, purpose: 'confirm-new-address', expiresAt: { gt: clock() } }
  const link = await database.accountLink.findFirst({ where, select: { email: true } })
  return link?.email ?? null
}
