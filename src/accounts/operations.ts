import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import { isUniqueViolation } from '../database/database.ts'
import { PAGE, readPages } from '../database/pages.ts'
import type { Accounts } from './accounts.ts'
import { createLink, endOfLink, voidLinks } from './email-links.ts'
import { BEING_ERASED } from './erasure.ts'
import { type EventKind, recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import type { Taken } from './registration.ts'
import { CAN_LOG_IN, HIDDEN_COLUMNS, SECRET_COLUMNS, type User } from './users.ts'

/** The operator has no browser: the activity page shows this instead, in the words that http/user-agent.ts has for it. */
export const OPERATOR = 'the operator’s command line'

/** A user as the operator sees one. */
export type ManagedUser = User & { disabledAt: Date | null; deletionDueAt: Date | null }

type Tools = Pick<Accounts, 'database' | 'clock'>

/** Every user, in the order of their names, a page at a time. */
export function listUsers({ database }: Tools): AsyncIterable<ManagedUser[]> {
  return readPages((last?: { usernameKey: string }) =>
    database.user.findMany({
      where: { usernameKey: { gt: last?.usernameKey ?? '' } },
      orderBy: { usernameKey: 'asc' },
      take: PAGE,
      omit: SECRET_COLUMNS,
    }),
  )
}

/** By user name, email or id: more than one where that is ambiguous. */
export function findUsers({ database }: Tools, name: string): Promise<ManagedUser[]> {
  const keys = [{ usernameKey: usernameKeyOf(name) }, { emailKey: emailKeyOf(name) }]
  return database.user.findMany({
    where: { OR: [{ id: name }, ...keys] },
    omit: HIDDEN_COLUMNS,
  })
}

export type WantedUser = { username: string; email: string; password: string }

/** Names and password are checked already. The email counts as verified: the operator gave it. */
export async function createUser(
  accounts: Tools & Pick<Accounts, 'passwords'>,
  { username, email, password }: WantedUser,
): Promise<ManagedUser | Taken> {
  const passwordHash = await accounts.passwords.hash(password)
  const at = accounts.clock()
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const names = { id: randomUUID(), username, email, ...keys }
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

/** Ends every session, remember series and link, and keeps the user out; false when that was so before. */
export function disableUser({ database, clock }: Tools, id: string): Promise<boolean> {
  const at = clock()
  return changeTogether(database, async (tables) => {
    // The link that restores a scheduled account is void too: disabled accounts are not erased.
    const data = { disabledAt: at, deletionDueAt: null, authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id, disabledAt: null }, data })
    await voidLinks(tables, id)
    if (count === 1) await recordEvent(tables, eventOf(id, 'disabled', at))
    return count === 1
  })
}

/** Lets the user log in again, also one who is scheduled for deletion; false when that was so before. */
export function enableUser({ database, clock }: Tools, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    // What is half erased is not given back.
    const canComeBack = { OR: [{ deletionDueAt: null }, { deletionDueAt: { gt: BEING_ERASED } }] }
    const where = { id, NOT: CAN_LOG_IN, ...canComeBack }
    const { count } = await tables.user.updateMany({ where, data: CAN_LOG_IN })
    await voidLinks(tables, id, ['restore-account'])
    if (count === 1) await recordEvent(tables, eventOf(id, 'enabled', clock()))
    return count === 1
  })
}

/** Ends every session, remember series and link; false when there is no such user. */
export function logOutUser({ database, clock }: Tools, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    const data = { authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id }, data })
    await voidLinks(tables, id)
    if (count === 1) await recordEvent(tables, eventOf(id, 'logged-out-by-operator', clock()))
    return count === 1
  })
}

export type ResetLink = { linkId: string; expiresAt: Date }

/** Makes a link that sets a new password. */
export function startReset({ database, clock }: Tools, user: ManagedUser): Promise<ResetLink> {
  const at = clock()
  const { id: userId } = user
  return changeTogether(database, async (tables) => {
    // No email: the link is handed over by the operator and proves no mailbox.
    const link = { purpose: 'reset-password', userId, email: '' } as const
    const linkId = await createLink(tables, { ...link, at })
    await recordEvent(tables, eventOf(userId, 'reset-link-by-operator', at))
    return { linkId, expiresAt: endOfLink('reset-password', at) }
  })
}

function eventOf(userId: string, kind: EventKind, at: Date) {
  return { userId, kind, at, by: { browser: OPERATOR } }
}
