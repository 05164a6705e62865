import { hash, randomUUID } from 'node:crypto'
import { isUniqueViolation, type PendingRegistration, whenTaken } from '../database/database.ts'
import { minutes } from '../durations.ts'
import { queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { type Actor, asColumns, type Change, change } from './change.ts'
import { endOfLink, hasWayBack, isOpenAt, keepUsedLink } from './email-links.ts'
import { recordEvent } from './events.ts'
import type { HashClient } from './hash-queue.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { sendVerification } from './registration-emails.ts'
import { CAN_LOG_IN, toUser, type User } from './users.ts'

export type NewUser = Actor & {
  username: string
  email: string
  password: string
  /** In which their pages and emails are to be. */
  language: string
  /** Of this form in this browser. */
  nextDeviceToken: string
  client?: HashClient
}
export type Taken = 'username-taken' | 'email-taken'

/** Registers where an email need not be verified first; the answer tells whether the email has an account. */
export async function registerUser(accounts: Accounts, wanted: NewUser): Promise<User | Taken> {
  const passwordHash = await accounts.passwords.hash(wanted.password, wanted.client)
  const row = { ...rowOf(wanted, passwordHash, accounts.clock()), id: idOf(wanted) }
  return change<User | Taken>(accounts, wanted, async (change) => {
    const { tables, at } = change
    if (await isReserved(change, row.usernameKey)) return 'username-taken'
    const user = await tables.user.create({ data: row })
    // Asked after the insert: only now is a change of email that gives this one up seen for certain.
    // A thief could otherwise register with the old email, and bar the way back.
    if (await hasWayBack(tables, row.emailKey, at)) throw new EmailKept()
    await recordEvent(change, user.id, 'registered')
    await sendVerification(change, user)
    return toUser(user)
  }).catch(async (error: unknown) => {
    const taken = await whyTaken(accounts, row.usernameKey, error)
    return (await findSecondPress(accounts, wanted, row)) ?? taken
  })
}

// Computed from the form, so that its second press is known. A copy of all fields in another browser is another
// form; and so is the same one, filled in anew.
function idOf({ nextDeviceToken, username, email }: NewUser): string {
  const form = JSON.stringify(['user', nextDeviceToken, usernameKeyOf(username), emailKeyOf(email)])
  const digits = hash('sha256', form, 'hex')
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

// A form without scripts can be sent twice, and the first answer be lost: an account of this minute with the
// same names and the same password was made by the first press.
async function findSecondPress(
  { database, passwords }: Accounts,
  { password, client }: NewUser,
  { id, usernameKey, emailKey, createdAt }: ReturnType<typeof rowOf>,
): Promise<User | null> {
  const made = { gt: new Date(createdAt.getTime() - minutes(1)) }
  const where = { id, usernameKey, emailKey, createdAt: made, ...CAN_LOG_IN }
  const user = await database.user.findUnique({ where })
  const check = user && (await passwords.verify(password, user.passwordHash, client))
  return user && check?.matches ? toUser(user) : null
}

// Thrown to undo the insert.
class EmailKept extends Error {}

async function whyTaken(
  { database }: Accounts,
  usernameKey: string,
  error: unknown,
): Promise<Taken> {
  if (error instanceof EmailKept) return 'email-taken'
  if (!isUniqueViolation(error)) throw error
  const holder = await database.user.findUnique({ where: { usernameKey }, select: { id: true } })
  return holder ? 'username-taken' : 'email-taken'
}

function rowOf({ username, email, language }: NewUser, hash: string, at: Date) {
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const id: string = randomUUID()
  const names = { id, username, email, ...keys, language }
  return { ...names, passwordHash: hash, createdAt: at }
}

/** Whether a pending registration reserves the user name, other than those of one email. */
export async function isReserved(
  { tables, at }: Change,
  usernameKey: string,
  exceptOf = '',
): Promise<boolean> {
  const where = { usernameKey, emailKey: { not: exceptOf }, ...isOpenAt(at) }
  return (await tables.pendingRegistration.count({ where })) > 0
}

type NewRegistration = NewUser & { deviceTokenHash: string }

/** Reserves the user name until the email is verified. Never looks at the email: the mail worker does. */
export async function reserveRegistration(
  accounts: Accounts,
  { deviceTokenHash, ...wanted }: NewRegistration,
): Promise<'reserved' | 'username-taken'> {
  const passwordHash = await accounts.passwords.hash(wanted.password, wanted.client)
  return change<'reserved' | 'username-taken'>(accounts, wanted, async ({ tables, at, by }) => {
    const row = rowOf(wanted, passwordHash, at)
    const { usernameKey } = row
    const expiresAt = endOfLink('verify-email', at)
    await tables.pendingRegistration.deleteMany({ where: { usernameKey, NOT: isOpenAt(at) } })
    if (await tables.user.count({ where: { usernameKey } })) return 'username-taken'
    await tables.pendingRegistration.create({ data: { ...row, deviceTokenHash, expiresAt } })
    await queueJob(tables, { kind: 'registration', pendingId: row.id, ...asColumns(by) }, at)
    return 'reserved'
  }).catch(whenTaken('username-taken'))
}

/** Null once it is used or too old. */
export function findPending(
  { database, clock }: Accounts,
  id: string,
): Promise<PendingRegistration | null> {
  return database.pendingRegistration.findFirst({ where: { id, ...isOpenAt(clock()) } })
}

/** Makes the user of a registration whose email was just verified, without a password where it is to be chosen anew, and goes on with them in the same transaction. */
export async function completeRegistration<Outcome>(
  accounts: Accounts,
  pending: PendingRegistration,
  { by, linkId, keepsPassword }: { by: Actor; linkId: string; keepsPassword: boolean },
  goOn: (change: Change, user: User) => Promise<Outcome>,
): Promise<Outcome | Taken | 'used'> {
  const { id, passwordHash, deviceTokenHash: _, expiresAt: __, ...names } = pending
  const hash = keepsPassword ? passwordHash : null
  return change<Outcome | Taken | 'used'>(accounts, by, async (change) => {
    const { tables, at } = change
    const { count } = await tables.pendingRegistration.deleteMany({ where: { id } })
    if (count === 0) return 'used'
    // A link of another registration may have led to this one.
    await tables.pendingRegistration.deleteMany({ where: { id: linkId } })
    const data = { ...names, id: randomUUID(), passwordHash: hash, emailVerifiedAt: at }
    const user = await tables.user.create({ data })
    if (await hasWayBack(tables, user.emailKey, at)) throw new EmailKept()
    await recordEvent(change, user.id, 'registered')
    const { email, emailKey } = user
    const used = { id: linkId, purpose: 'verify-email', userId: user.id, email, emailKey }
    await keepUsedLink(change, used)
    return goOn(change, toUser(user))
  }).catch((error: unknown) => whyTaken(accounts, names.usernameKey, error))
}
