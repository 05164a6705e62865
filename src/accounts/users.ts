import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import { Prisma, type User as UserRow } from '../database/database.ts'
import type { Accounts, User } from './accounts.ts'
import { recordEvent, recordFailedLogin } from './events.ts'
import { type Busy, isBusy } from './hash-gate.ts'
import { emailKeyOf, isEmail, usernameKeyOf } from './identifiers.ts'

const withoutHash = {
  passwordHash: true,
  usernameKey: true,
  emailKey: true,
  eraseAt: true,
} as const

export type NewUser = { username: string; email: string; password: string; browser: string }
export type Taken = 'username-taken' | 'email-taken'

/** Takes a checked form; returns the new user, or which of its identifiers somebody has already, or busy. */
export async function registerUser(
  { database, passwords, clock }: Accounts,
  { username, email, password, browser }: NewUser,
): Promise<User | Taken | Busy> {
  const passwordHash = await passwords.hash(password)
  if (isBusy(passwordHash)) return passwordHash
  const user = {
    id: randomUUID(),
    username,
    usernameKey: usernameKeyOf(username),
    email,
    emailKey: emailKeyOf(email),
    name: username,
    passwordHash,
    createdAt: clock(),
  }
  const event = { userId: user.id, kind: 'registered', at: user.createdAt, browser } as const
  return changeTogether(database, async (tables) => {
    const created = await tables.user.create({ data: user, omit: withoutHash })
    await recordEvent(tables, event)
    return created
  }).catch(sayWhatIsTaken)
}

// Asking first would let two through that ask at the same moment: the unique indexes decide.
function sayWhatIsTaken(error: unknown): Taken {
  const isUnique = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
  if (!isUnique) throw error
  return JSON.stringify(error.meta).includes('emailKey') ? 'email-taken' : 'username-taken'
}

export type LoginAttempt = { login: string; password: string; browser: string }

export type LoginOutcome =
  | { ok: true; user: User }
  | { ok: false; reason: 'wrong' | 'disabled' }
  | { ok: false; reason: 'busy'; retryAfterSeconds: number }

/** Takes a user name or address and a password; returns the user, or why not: the same time whoever is meant, and disabled only to whoever knows the password. */
export async function verifyCredentials(
  accounts: Accounts,
  { login, password, browser }: LoginAttempt,
): Promise<LoginOutcome> {
  const { database, passwords, clock } = accounts
  const found = await findByLogin(accounts, login)
  const check = await passwords.verify(password, found?.passwordHash ?? null)
  if (isBusy(check))
    return { ok: false, reason: 'busy', retryAfterSeconds: check.retryAfterSeconds }
  if (!found || !check.matches) {
    await recordFailedLogin(database, found?.id ?? null, { at: clock(), browser })
    return { ok: false, reason: 'wrong' }
  }
  const user = toUser(found)
  if (check.needsRehash) await rehash(accounts, user.id, found.passwordHash, password)
  return user.isActive ? { ok: true, user } : { ok: false, reason: 'disabled' }
}

function findByLogin({ database }: Accounts, login: string) {
  return isEmail(login)
    ? database.user.findUnique({ where: { emailKey: emailKeyOf(login) } })
    : database.user.findUnique({ where: { usernameKey: usernameKeyOf(login) } })
}

// Not a change of password: the epoch stays, and nobody is logged out.
async function rehash(
  { database, passwords }: Accounts,
  id: string,
  old: string,
  password: string,
) {
  const passwordHash = await passwords.hash(password)
  if (isBusy(passwordHash)) return
  await database.user.updateMany({ where: { id, passwordHash: old }, data: { passwordHash } })
}

/** Takes a row; returns the user without what nobody else may see. */
export function toUser(row: UserRow): User {
  const { passwordHash: _, usernameKey: __, emailKey: ___, eraseAt: ____, ...user } = row
  return user
}

/** Takes a user's id; returns the user, or null. */
export function findUser({ database }: Accounts, id: string): Promise<User | null> {
  return database.user.findUnique({ where: { id }, omit: withoutHash })
}
