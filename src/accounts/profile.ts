import { changeTogether } from '../database/change-together.ts'
import type { Accounts, User } from './accounts.ts'
import { recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { changeOwnUser } from './own-user.ts'
import { isUniqueViolation } from './unique.ts'
import { toUser } from './users.ts'

export type ProfileChange = { name: string; username: string; email: string; browser: string }

/** Takes a user and a checked form; returns the user as changed, that somebody has the name already, or null when this session was ended meanwhile. */
export function changeProfile(
  { database, clock }: Accounts,
  user: User,
  { browser, ...wanted }: ProfileChange,
): Promise<User | 'username-taken' | null> {
  const profile = profileOf(user, wanted)
  if (isProfileOf(user, profile)) return Promise.resolve(user)
  const data = { ...profile, usernameKey: usernameKeyOf(profile.username) }
  return changeTogether<User | 'username-taken' | null>(database, async (tables) => {
    const changed = await changeOwnUser(tables, user, data)
    if (!changed) return null
    const event = { userId: user.id, kind: 'profile-changed', at: clock(), browser } as const
    await recordEvent(tables, event)
    return toUser(changed)
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) return 'username-taken'
    throw error
  })
}

// Another spelling of the same address is a matter of taste. Another address is not theirs yet.
function profileOf(user: User, { name, username, email }: Omit<ProfileChange, 'browser'>) {
  const isSameEmail = emailKeyOf(email) === emailKeyOf(user.email)
  return { name: name || username, username, email: isSameEmail ? email : user.email }
}

function isProfileOf(user: User, { name, username, email }: ReturnType<typeof profileOf>) {
  return name === user.name && username === user.username && email === user.email
}

/** Takes a user who wants to keep their address after all; voids the link to another one. */
export async function keepEmail({ database }: Accounts, { id: userId }: User): Promise<void> {
  await database.emailLink.deleteMany({ where: { userId, purpose: 'verify-new-email' } })
}

/** Takes a user; returns the address that waits for its confirmation, or null. */
export async function findPendingEmail(
  { database, clock }: Accounts,
  user: User,
): Promise<string | null> {
  const { id: userId, authEpoch } = user
  const where = { userId, authEpoch, purpose: 'verify-new-email', expiresAt: { gt: clock() } }
  const link = await database.emailLink.findFirst({ where, select: { email: true } })
  return link?.email ?? null
}
