import { type User as UserRow, whenTaken } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { type Actor, type Change, change } from './change.ts'
import { recordAndNotify, recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { isReserved } from './registration.ts'
import { changeOwnUser, toUser, type User } from './users.ts'

/** Empty: no name, the language of the browser, UTC. */
export type Profile = {
  name: string
  username: string
  email: string
  language: string
  timeZone: string
}

export function profileOf(user: User): Profile {
  return {
    name: user.name ?? '',
    username: user.username,
    email: user.email,
    language: user.language ?? '',
    timeZone: user.timeZone ?? '',
  }
}

/** The fields that a user wants changed. */
export function changesOf(user: User, wanted: Profile): Partial<Profile> {
  const present: Record<string, string> = profileOf(user)
  const changed = Object.entries(wanted).filter(([field, value]) => value !== present[field])
  return Object.fromEntries(changed)
}

/** Null when this session was ended meanwhile. */
export function changeProfile(
  accounts: Accounts,
  user: User,
  wanted: Profile,
  by: Actor,
): Promise<User | 'username-taken' | null> {
  const data = columnsOf(user, changesOf(user, wanted))
  if (Object.keys(data).length === 0) return Promise.resolve(user)
  return change<User | 'username-taken' | null>(accounts, by, async (change) => {
    const { usernameKey } = data
    // A registration with the email that this account has can never be completed.
    const own = emailKeyOf(user.email)
    if (usernameKey && (await isReserved(change, usernameKey, own))) return 'username-taken'
    const changed = await changeOwnUser(change.tables, user, data)
    if (!changed) return null
    await recordChange(change, user, changed)
    return toUser(changed)
  }).catch(whenTaken('username-taken'))
}

/** Sets the language in which a user's pages and emails are. */
export async function chooseLanguage(
  { database }: Accounts,
  user: User,
  language: string,
): Promise<void> {
  if (language !== user.language) await changeOwnUser(database, user, { language })
}

// Users log in by the old user name, which others can take from now on: they are told.
async function recordChange(change: Change, user: User, changed: UserRow): Promise<void> {
  if (usernameKeyOf(changed.username) === usernameKeyOf(user.username))
    await recordEvent(change, user.id, 'profile-changed')
  else await recordAndNotify(change, changed, 'username-changed')
}

// Only what changes: another tab may be changing the rest. Another spelling of the same email is a matter of
// taste; another email is not the user's yet.
function columnsOf(user: User, wanted: Partial<Profile>) {
  const { name, username, email, language, timeZone, ...others } = wanted
  const isSameEmail = email !== undefined && emailKeyOf(email) === emailKeyOf(user.email)
  return {
    ...others,
    ...(name !== undefined && { name: name || null }),
    ...(username !== undefined && { username, usernameKey: usernameKeyOf(username) }),
    ...(isSameEmail && { email }),
    ...(language !== undefined && { language: language || null }),
    ...(timeZone !== undefined && { timeZone: timeZone || null }),
  }
}
