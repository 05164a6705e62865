import { randomUUID } from 'node:crypto'
import { isUniqueViolation, type Prisma, type Tables, whenTaken } from '../database/database.ts'
import { PAGE, readPages } from '../database/pages.ts'
import { OPERATOR } from '../words/browser-labels.ts'
import type { Accounts, Records } from './accounts.ts'
import { type Actor, type Change, change, writeMail } from './change.ts'
import { replaceEmail } from './email-addresses.ts'
import { createLink, endOfLink, voidLinks } from './email-links.ts'
import { BEING_ERASED, eraseDueAccount } from './erasure.ts'
import { type EventKind, recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import type { Taken } from './registration.ts'
import { CAN_LOG_IN, HIDDEN_COLUMNS, SECRET_COLUMNS, type User } from './users.ts'

const BY: Actor = { browser: OPERATOR }

/** A user as the operator sees one. */
export type ManagedUser = User & { disabledAt: Date | null; deletionDueAt: Date | null }

/** Every user, in the order of their names, a page at a time. */
export function listUsers({ database }: Records, where: Prisma.UserWhereInput = {}) {
  return readPages((last?: { usernameKey: string }) =>
    database.user.findMany({
      where: { usernameKey: { gt: last?.usernameKey ?? '' }, ...where },
      orderBy: { usernameKey: 'asc' },
      take: PAGE,
      omit: SECRET_COLUMNS,
    }),
  )
}

/** The same for those who have this part in their user name or email. */
export async function* searchUsers(records: Records, part: string): AsyncIterable<ManagedUser[]> {
  const [name, email] = [usernameKeyOf(part), emailKeyOf(part)]
  const OR = [{ usernameKey: { contains: name } }, { emailKey: { contains: email } }]
  // The database takes _ and % for any letters.
  for await (const users of listUsers(records, { OR }))
    yield users.filter((user) => user.usernameKey.includes(name) || user.emailKey.includes(email))
}

/** By user name, email or id: more than one where that is ambiguous. */
export function findUsers({ database }: Records, name: string): Promise<ManagedUser[]> {
  const keys = [{ usernameKey: usernameKeyOf(name) }, { emailKey: emailKeyOf(name) }]
  return database.user.findMany({
    where: { OR: [{ id: name }, ...keys] },
    omit: HIDDEN_COLUMNS,
  })
}

type WantedUser = { username: string; email: string; password: string }

/** Names and password are checked already. The email counts as verified: the operator gave it. */
export async function createUser(
  accounts: Records & Pick<Accounts, 'passwords'>,
  { username, email, password }: WantedUser,
): Promise<ManagedUser | Taken> {
  const passwordHash = await accounts.passwords.hash(password)
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const names = { id: randomUUID(), username, email, ...keys }
  return change(accounts, BY, async (change) => {
    const data = { ...names, passwordHash, createdAt: change.at, emailVerifiedAt: change.at }
    const user = await change.tables.user.create({ data, omit: HIDDEN_COLUMNS })
    await recordEvent(change, user.id, 'created-by-operator')
    return user
  }).catch(async (error: unknown) => {
    if (!isUniqueViolation(error)) throw error
    const { usernameKey } = keys
    const namesake = await accounts.database.user.findUnique({ where: { usernameKey } })
    return namesake ? 'username-taken' : 'email-taken'
  })
}

/** Ends every session, remember series and link, and keeps the user out; false when that was so before. */
export function disableUser(records: Records, id: string): Promise<boolean> {
  return act(records, id, 'disabled', async ({ tables, at }) => {
    // The link that restores a scheduled account is void too: disabled accounts are not erased.
    const data = { disabledAt: at, deletionDueAt: null, authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id, disabledAt: null }, data })
    await voidLinks(tables, id)
    return count
  })
}

// What is half erased is not given back.
const NOT_BEING_ERASED = {
  OR: [{ deletionDueAt: null }, { deletionDueAt: { gt: BEING_ERASED } }],
}

/** Lets the user log in again, also one who is scheduled for deletion; false when that was so before. */
export function enableUser(records: Records, id: string): Promise<boolean> {
  return act(records, id, 'enabled', async ({ tables }) => {
    const where = { id, NOT: CAN_LOG_IN, ...NOT_BEING_ERASED }
    const { count } = await tables.user.updateMany({ where, data: CAN_LOG_IN })
    await voidLinks(tables, id, ['restore-account'])
    return count
  })
}

/** Ends every session, remember series and link. */
export async function logOutUser(records: Records, id: string): Promise<void> {
  await act(records, id, 'logged-out-by-operator', async ({ tables }) => {
    const data = { authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id }, data })
    await voidLinks(tables, id)
    return count
  })
}

/** Counts the email as verified; false when it is already. */
export function verifyUser(records: Records, id: string): Promise<boolean> {
  return act(records, id, 'email-verified', async ({ tables, at }) => {
    const where = { id, emailVerifiedAt: null }
    return (await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })).count
  })
}

/** Has what was counted against the account forgotten. */
export async function unlockUser(
  records: Records,
  { id, username, email }: ManagedUser,
  forget: (tables: Tables, accounts: string[]) => Promise<void>,
): Promise<void> {
  await act(records, id, 'unlocked', async ({ tables }) => {
    await forget(tables, [id, usernameKeyOf(username), emailKeyOf(email)])
    return tables.user.count({ where: { id } })
  })
}

/** Gives the account another email, as its user would by a link: the old one is told. False where the account was changed meanwhile. */
export function changeEmail(
  records: Records,
  user: ManagedUser,
  email: string,
): Promise<boolean | 'email-taken'> {
  return change<boolean | 'email-taken'>(records, BY, async (change) => {
    const isChanged = await replaceEmail(change, user, emailKeyOf(user.email), email)
    if (isChanged) await voidLinks(change.tables, user.id, ['verify-new-email'])
    return isChanged
  }).catch(whenTaken('email-taken' as const))
}

/** Erases the account at once, and tells its verified emails, also those that could still take it back. */
export async function eraseUser(records: Records, user: ManagedUser): Promise<void> {
  const { id, email, emailVerifiedAt } = user
  const now = await change(records, BY, async (change) => {
    const { tables, at } = change
    const where = { id, ...NOT_BEING_ERASED }
    const { count } = await tables.user.updateMany({ where, data: { deletionDueAt: at } })
    const former = count === 0 ? [] : await voidLinks(tables, id)
    const told = count === 0 || !emailVerifiedAt ? former : [email, ...former]
    // Of no user: what is of this one is erased.
    const reader = { ...user, id: null }
    for (const to of told) await writeMail(change, reader, to, { template: 'account-erased' })
    return at
  })
  await eraseDueAccount(records.database, { id, now })
}

type ResetLink = { linkId: string; expiresAt: Date }

/** Makes a link that sets a new password. */
export function startReset(records: Records, { id: userId }: ManagedUser): Promise<ResetLink> {
  const purpose = 'reset-password'
  return change(records, BY, async (change) => {
    // No email: the link is handed over by the operator and proves no mailbox.
    const linkId = await createLink(change, { purpose, userId, email: '' })
    await recordEvent(change, userId, 'reset-link-by-operator')
    return { linkId, expiresAt: endOfLink(purpose, change.at) }
  })
}

// Makes a change and records it, both or neither. Returns whether there was anything to change.
function act(
  records: Records,
  id: string,
  kind: EventKind,
  make: (change: Change) => Promise<number>,
): Promise<boolean> {
  return change(records, BY, async (change) => {
    const count = await make(change)
    if (count === 1) await recordEvent(change, id, kind)
    return count === 1
  })
}
