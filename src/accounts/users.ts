import type { User as UserRow } from '../database/database.ts'
import { enqueueNothing } from '../mail/outbox.ts'
import type { Accounts, User } from './accounts.ts'
import { recordFailedLogin } from './events.ts'
import { isBusy } from './hash-queue.ts'
import { HIDDEN_COLUMNS } from './hidden-columns.ts'
import { emailKeyOf, isEmail, usernameKeyOf } from './identifiers.ts'

// When an account is to be erased matters to nobody who can log in.
const UNSEEN = { ...HIDDEN_COLUMNS, eraseAt: true } as const

export type LoginAttempt = {
  /** The user name or email that was typed. */
  identifier: string
  password: string
  browser: string
  /** Aborted when nobody waits for the answer any more: no hash is spent then. */
  signal: AbortSignal
}

export type LoginOutcome =
  | { ok: true; user: User }
  | { ok: false; reason: 'wrong' | 'disabled' | 'leaving' }
  | { ok: false; reason: 'unconfirmed'; user: User }
  | { ok: false; reason: 'busy'; retryAfterSeconds: number }

/** Takes a user name or address and a password; returns the user, or why not: the same time whoever is meant, and more than wrong only to whoever knows the password. */
export async function verifyCredentials(
  accounts: Accounts,
  { identifier, password, browser, signal }: LoginAttempt,
): Promise<LoginOutcome> {
  const found = await findByIdentifier(accounts, identifier)
  const check = await accounts.passwords.verify(password, found?.passwordHash ?? null, signal)
  if (isBusy(check))
    return { ok: false, reason: 'busy', retryAfterSeconds: check.retryAfterSeconds }
  if (!found || !check.matches) {
    await writeDownFailure(accounts, found, browser)
    return { ok: false, reason: 'wrong' }
  }
  const user = toUser(found)
  if (check.needsRehash) await rehash(accounts, user.id, found.passwordHash, password)
  if (!user.isActive) return { ok: false, reason: found.eraseAt ? 'leaving' : 'disabled' }
  if (accounts.mustConfirm && !user.emailVerifiedAt) {
    // Whoever registered with an address that was taken is told of a wrong password now: one that was new
    // must take as long.
    await writeDownFailure(accounts, user, browser)
    return { ok: false, reason: 'unconfirmed', user }
  }
  if (found.eraseAt) await keepUser(accounts, user)
  return { ok: true, user }
}

// They registered when addresses had to be confirmed, and may log in without by now: what they use must not
// be erased as something that nobody claimed.
async function keepUser({ database }: Accounts, { id }: User): Promise<void> {
  await database.user.updateMany({ where: { id, isActive: true }, data: { eraseAt: null } })
}

// Nobody's failure too: a statement that changes nothing waits for no disk.
async function writeDownFailure(
  { database, clock }: Accounts,
  user: { id: string } | null,
  browser: string,
): Promise<void> {
  const at = clock()
  if (user) await recordFailedLogin(database, user.id, { at, browser })
  else await enqueueNothing(database, at)
}

function findByIdentifier({ database }: Accounts, identifier: string) {
  return isEmail(identifier)
    ? database.user.findUnique({ where: { emailKey: emailKeyOf(identifier) } })
    : database.user.findUnique({ where: { usernameKey: usernameKeyOf(identifier) } })
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
  const seen = Object.entries(row).filter(([column]) => !(column in UNSEEN))
  return Object.fromEntries(seen) as User
}

/** Takes a user's id; returns the user, or null. */
export function findUser({ database }: Accounts, id: string): Promise<User | null> {
  return database.user.findUnique({ where: { id }, omit: UNSEEN })
}
