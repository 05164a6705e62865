import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import type { Accounts, User } from './accounts.ts'
import { createLink, endOfLink } from './email-links.ts'
import { type EventKind, recordEvent } from './events.ts'
import { type Busy, isBusy } from './hash-queue.ts'
import { isSomebody } from './held-name.ts'
import { HIDDEN_COLUMNS } from './hidden-columns.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import type { Taken } from './registration.ts'
import { isUniqueViolation } from './unique.ts'

/** Whoever acts on accounts from the outside has no browser: this is what the activity page says instead. */
export const OPERATOR = 'the operator’s command line'

/** A user as the operator sees one: also when they leave. */
export type ManagedUser = User & { eraseAt: Date | null }

type Tools = Pick<Accounts, 'database' | 'clock'>

/** Returns every user, in the order of their names. */
export function listUsers({ database }: Tools): Promise<ManagedUser[]> {
  const orderBy = { usernameKey: 'asc' } as const
  return database.user.findMany({ where: isSomebody, orderBy, omit: HIDDEN_COLUMNS })
}

/** Takes a user name, an address or an id; returns whoever that can mean. */
export function findUsers({ database }: Tools, name: string): Promise<ManagedUser[]> {
  const keys = [{ usernameKey: usernameKeyOf(name) }, { emailKey: emailKeyOf(name) }]
  return database.user.findMany({
    where: { OR: [{ id: name }, ...keys], ...isSomebody },
    omit: HIDDEN_COLUMNS,
  })
}

export type WantedUser = { username: string; email: string; password: string }

/** Takes checked names and a checked password; returns the new user, whose address counts as confirmed because the operator gave it, or what is taken, or busy. */
export async function createUser(
  accounts: Tools & Pick<Accounts, 'passwords'>,
  { username, email, password }: WantedUser,
): Promise<ManagedUser | Taken | Busy> {
  const passwordHash = await accounts.passwords.hash(password)
  if (isBusy(passwordHash)) return passwordHash
  const at = accounts.clock()
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const names = { id: randomUUID(), username, email, name: username, ...keys }
  const data = { ...names, passwordHash, createdAt: at, emailVerifiedAt: at }
  return changeTogether(accounts.database, async (tables) => {
    const user = await tables.user.create({ data, omit: HIDDEN_COLUMNS })
    await recordEvent(tables, eventOf(user.id, 'created-by-operator', at))
    return user
  }).catch(async (error: unknown) => {
    if (!isUniqueViolation(error)) throw error
    const { usernameKey } = keys
    const namesake = await accounts.database.user.findUnique({ where: { usernameKey } })
    return namesake ? 'username-taken' : 'email-taken'
  })
}

/** Takes a user's id; ends every session, remember series and link, keeps the user out, and says whether that was not so before. */
export function disableUser({ database, clock }: Tools, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    // Who is disabled is kept, though they may not have confirmed their address in time.
    const data = { isActive: false, eraseAt: null, authEpoch: { increment: 1 } }
    const changed = await tables.user.updateMany({ where: { id, isActive: true }, data })
    // Who is leaving is inactive already, but holds a link that would make them active again.
    const where = { userId: id, purpose: 'restore-account' }
    const voided = await tables.emailLink.deleteMany({ where })
    const isNew = changed.count + voided.count > 0
    if (isNew) await recordEvent(tables, eventOf(id, 'disabled', clock()))
    return isNew
  })
}

/** Takes a user's id; lets the user log in again, also one who was leaving, and says whether that was not so before. */
export function enableUser({ database, clock }: Tools, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    const data = { isActive: true, eraseAt: null }
    const { count } = await tables.user.updateMany({ where: { id, isActive: false }, data })
    if (count === 1) await recordEvent(tables, eventOf(id, 'enabled', clock()))
    return count === 1
  })
}

/** Takes a user's id; ends every session, remember series and link there is, and says whether the user still exists. */
export function logOutUser({ database, clock }: Tools, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    const data = { authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id }, data })
    if (count === 1) await recordEvent(tables, eventOf(id, 'logged-out-by-operator', clock()))
    return count === 1
  })
}

export type ResetLink = { linkId: string; expiresAt: Date }

/** Takes a user; returns a link that sets a new password once, in place of any that was asked for before. */
export function startReset({ database, clock }: Tools, user: ManagedUser): Promise<ResetLink> {
  const at = clock()
  const { id: userId, authEpoch } = user
  return changeTogether(database, async (tables) => {
    // No address: whoever gets this link from the operator has not shown that they read a mailbox.
    const link = { purpose: 'reset-password', userId, authEpoch, email: '', emailKey: '' } as const
    const linkId = await createLink(tables, { ...link, at })
    await recordEvent(tables, eventOf(userId, 'reset-link-by-operator', at))
    return { linkId, expiresAt: endOfLink('reset-password', at) }
  })
}

function eventOf(userId: string, kind: EventKind, at: Date) {
  return { userId, kind, at, browser: OPERATOR }
}
