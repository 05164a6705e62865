import { changeTogether } from '../database/change-together.ts'
import { type Tables, type User as UserRow, whenTaken } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { type Actor, recordAndNotify, recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { isReserved } from './registration.ts'
import { changeOwnUser, toUser, type User } from './users.ts'

export type Profile = { name: string; username: string; email: string }

/** Null when this session was ended meanwhile. */
export function changeProfile(
  { database, clock }: Accounts,
  user: User,
  wanted: Profile,
  by: Actor,
): Promise<User | 'username-taken' | null> {
  const profile = profileOf(user, wanted)
  if (isProfileOf(user, profile)) return Promise.resolve(user)
  const data = { ...profile, usernameKey: usernameKeyOf(profile.username) }
  const at = clock()
  return changeTogether<User | 'username-taken' | null>(database, async (tables) => {
    if (await isReserved(tables, data.usernameKey, at)) return 'username-taken'
    const changed = await changeOwnUser(tables, user, data)
    if (!changed) return null
    await recordChange(tables, user, changed, { at, by })
    return toUser(changed)
  }).catch(whenTaken('username-taken'))
}

// Users log in by the old user name, which others can take from now on: they are told.
async function recordChange(
  tables: Tables,
  user: User,
  changed: UserRow,
  event: { at: Date; by: Actor },
): Promise<void> {
  if (usernameKeyOf(changed.username) === usernameKeyOf(user.username))
    await recordEvent(tables, { userId: user.id, kind: 'profile-changed', ...event })
  else await recordAndNotify(tables, changed, { kind: 'username-changed', ...event })
}

// Another spelling of the same email is a matter of taste. Another email is not the user's yet.
function profileOf(user: User, { name, email, ...wanted }: Profile) {
  const isSameEmail = emailKeyOf(email) === emailKeyOf(user.email)
  return { ...wanted, name: name || null, email: isSameEmail ? email : user.email }
}

function isProfileOf(user: User, profile: ReturnType<typeof profileOf>) {
  return Object.entries(profile).every(([column, value]) => user[column as keyof User] === value)
}
