import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import { isUniqueViolation, type Prisma, type Tables, whenTaken } from '../database/database.ts'
import { PAGE, readPages } from '../database/pages.ts'
import { enqueue } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { replaceEmail } from './email-addresses.ts'
import { createLink, endOfLink, voidLinks } from './email-links.ts'
import { BEING_ERASED, eraseDueAccount } from './erasure.ts'
import { type Actor, type EventKind, recordEvent } from './events.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { headOf } from './letters.ts'
import type { Taken } from './registration.ts'
import { CAN_LOG_IN, HIDDEN_COLUMNS, SECRET_COLUMNS, type User } from './users.ts'

/** The operator has no browser: the activity page shows this instead, in the words that http/user-agent.ts has for it. */
export const OPERATOR = 'the operator’s command line'

const BY: Actor = { browser: OPERATOR }

/** A user as the operator sees one. */
export type ManagedUser = User & { disabledAt: Date | null; deletionDueAt: Date | null }

type Tools = Pick<Accounts, 'database' | 'clock'>

/** Every user, in the order of their names, a page at a time. */
export function listUsers({ database }: Tools, where: Prisma.UserWhereInput = {}) {
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
export async function* searchUsers(tools: Tools, part: string): AsyncIterable<ManagedUser[]> {
  const [name, email] = [usernameKeyOf(part), emailKeyOf(part)]
  const OR = [{ usernameKey: { contains: name } }, { emailKey: { contains: email } }]
  // The database takes _ and % for any letters.
  for await (const users of listUsers(tools, { OR }))
    yield users.filter((user) => user.usernameKey.includes(name) || user.emailKey.includes(email))
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
export function disableUser(tools: Tools, id: string): Promise<boolean> {
  return act(tools, { id, kind: 'disabled' }, async (tables, at) => {
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
export function enableUser(tools: Tools, id: string): Promise<boolean> {
  return act(tools, { id, kind: 'enabled' }, async (tables) => {
    const where = { id, NOT: CAN_LOG_IN, ...NOT_BEING_ERASED }
    const { count } = await tables.user.updateMany({ where, data: CAN_LOG_IN })
    await voidLinks(tables, id, ['restore-account'])
    return count
  })
}

/** Ends every session, remember series and link; false when there is no such user. */
export function logOutUser(tools: Tools, id: string): Promise<boolean> {
  return act(tools, { id, kind: 'logged-out-by-operator' }, async (tables) => {
    const data = { authEpoch: { increment: 1 } }
    const { count } = await tables.user.updateMany({ where: { id }, data })
    await voidLinks(tables, id)
    return count
  })
}

/** Counts the email as verified; false when it is already. */
export function verifyUser(tools: Tools, id: string): Promise<boolean> {
  return act(tools, { id, kind: 'email-verified' }, async (tables, at) => {
    const where = { id, emailVerifiedAt: null }
    return (await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })).count
  })
}

/** Has what was counted against the account forgotten. */
export function unlockUser(
  tools: Tools,
  { id, username, email }: ManagedUser,
  forget: (tables: Tables, accounts: string[]) => Promise<void>,
): Promise<boolean> {
  return act(tools, { id, kind: 'unlocked' }, async (tables) => {
    await forget(tables, [id, usernameKeyOf(username), emailKeyOf(email)])
    return tables.user.count({ where: { id } })
  })
}

/** Gives the account another email, as its user would by a link: the old one is told. False where the account was changed meanwhile. */
export function changeEmail(
  { database, clock }: Tools,
  user: ManagedUser,
  to: string,
): Promise<boolean | 'email-taken'> {
  const change = { userId: user.id, from: emailKeyOf(user.email), to }
  return changeTogether<boolean | 'email-taken'>(database, async (tables) => {
    const isChanged = await replaceEmail(tables, change, user, { at: clock(), by: BY })
    if (isChanged) await voidLinks(tables, user.id, ['verify-new-email'])
    return isChanged
  }).catch(whenTaken('email-taken' as const))
}

/** Erases the account at once, and tells its verified emails, also those that could still take it back. */
export async function eraseUser({ database, clock }: Tools, user: ManagedUser): Promise<void> {
  const { id, email, emailVerifiedAt } = user
  const at = clock()
  await changeTogether(database, async (tables) => {
    const where = { id, ...NOT_BEING_ERASED }
    const { count } = await tables.user.updateMany({ where, data: { deletionDueAt: at } })
    if (count === 0) return
    const former = await voidLinks(tables, id)
    const message = { ...headOf(user, BY), template: 'account-erased' } as const
    // Of no user: what is of this one is erased.
    for (const to of [...(emailVerifiedAt ? [email] : []), ...former])
      await enqueue(tables, { userId: null, to, at, message })
  })
  await eraseDueAccount(database, { id, now: at })
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

// Makes a change and records it, both or neither. Returns whether there was anything to change.
function act(
  { database, clock }: Tools,
  { id, kind }: { id: string; kind: EventKind },
  change: (tables: Tables, at: Date) => Promise<number>,
): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    const at = clock()
    const count = await change(tables, at)
    if (count === 1) await recordEvent(tables, eventOf(id, kind, at))
    return count === 1
  })
}

function eventOf(userId: string, kind: EventKind, at: Date) {
  return { userId, kind, at, by: BY }
}
