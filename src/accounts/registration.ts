import { hash, randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import {
  isUniqueViolation,
  type PendingRegistration,
  type Tables,
  whenTaken,
} from '../database/database.ts'
import { minutes } from '../durations.ts'
import { queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { endOfLink, hasWayBack, keepUsedLink } from './email-links.ts'
import { type Actor, asColumns, recordEvent } from './events.ts'
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
  const { database, passwords, clock } = accounts
  const passwordHash = await passwords.hash(wanted.password, wanted.client)
  const at = clock()
  const row = { ...rowOf(wanted, passwordHash, at), id: idOf(wanted) }
  return changeTogether<User | Taken>(database, async (tables) => {
    if (await isReserved(tables, row.usernameKey, at)) return 'username-taken'
    const user = await tables.user.create({ data: row })
    // Asked after the insert: only now is a change of email that gives this one up seen for certain.
    // A thief could otherwise register with the old email, and bar the way back.
    if (await hasWayBack(tables, row.emailKey, at)) throw new EmailKept()
    await recordEvent(tables, { userId: user.id, kind: 'registered', at, by: wanted })
    await sendVerification(tables, user, { at, by: wanted })
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

/** Whether a pending registration reserves the user name. */
export async function isReserved(tables: Tables, usernameKey: string, now: Date): Promise<boolean> {
  const where = { usernameKey, expiresAt: { gt: now } }
  return (await tables.pendingRegistration.count({ where })) > 0
}

export type NewRegistration = NewUser & { deviceTokenHash: string }

/** Reserves the user name until the email is verified. Never looks at the email: the mail worker does. */
export async function reserveRegistration(
  { database, passwords, clock }: Accounts,
  { deviceTokenHash, ...wanted }: NewRegistration,
): Promise<'reserved' | 'username-taken'> {
  const passwordHash = await passwords.hash(wanted.password, wanted.client)
  const at = clock()
  const row = rowOf(wanted, passwordHash, at)
  const expiresAt = endOfLink('verify-email', at)
  return changeTogether<'reserved' | 'username-taken'>(database, async (tables) => {
    const { usernameKey } = row
    await tables.pendingRegistration.deleteMany({ where: { usernameKey, expiresAt: { lte: at } } })
    if (await tables.user.count({ where: { usernameKey } })) return 'username-taken'
    await tables.pendingRegistration.create({ data: { ...row, deviceTokenHash, expiresAt } })
    await queueJob(tables, { kind: 'registration', pendingId: row.id, ...asColumns(wanted) }, at)
    return 'reserved'
  }).catch(whenTaken('username-taken'))
}

/** Null once it is used or too old. */
export function findPending(
  { database, clock }: Accounts,
  id: string,
): Promise<PendingRegistration | null> {
  return database.pendingRegistration.findFirst({ where: { id, expiresAt: { gt: clock() } } })
}

/** Makes the user of a registration whose email was just verified, without a password where it is to be chosen anew, and goes on with them in the same transaction. */
export async function completeRegistration<Outcome>(
  accounts: Accounts,
  pending: PendingRegistration,
  { by, keepsPassword }: { by: Actor; keepsPassword: boolean },
  goOn: (tables: Tables, user: User, at: Date) => Promise<Outcome>,
): Promise<Outcome | Taken | 'used'> {
  const { database, clock } = accounts
  const at = clock()
  const { id, passwordHash, deviceTokenHash: _, expiresAt: __, ...names } = pending
  const hash = keepsPassword ? passwordHash : null
  const data = { ...names, id: randomUUID(), passwordHash: hash, emailVerifiedAt: at }
  return changeTogether<Outcome | Taken | 'used'>(database, async (tables) => {
    const { count } = await tables.pendingRegistration.deleteMany({ where: { id } })
    if (count === 0) return 'used'
    const user = await tables.user.create({ data })
    if (await hasWayBack(tables, user.emailKey, at)) throw new EmailKept()
    await recordEvent(tables, { userId: user.id, kind: 'registered', at, by })
    const { email, emailKey } = user
    await keepUsedLink(
      tables,
      { id, purpose: 'verify-email', userId: user.id, email, emailKey },
      at,
    )
    return goOn(tables, toUser(user), at)
  }).catch((error: unknown) => whyTaken(accounts, names.usernameKey, error))
}
