import type { Prisma, Tables, User as UserRow } from '../database/database.ts'
import { queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { type HashClient, Overloaded } from './hash-queue.ts'
import { emailKeyOf, identifierKeyOf, isEmail, usernameKeyOf } from './identifiers.ts'

// One list, so that no query forgets a secret column.
export const SECRET_COLUMNS = { passwordHash: true } as const

/** Columns that neither pages nor the operator see. */
export const HIDDEN_COLUMNS = { ...SECRET_COLUMNS, usernameKey: true, emailKey: true } as const

/** Columns that pages do not see. The last two are null for every user of a page: others cannot log in. */
const NOT_FOR_PAGES = { ...HIDDEN_COLUMNS, disabledAt: true, deletionDueAt: true } as const

/** A user as pages see one. */
export type User = Omit<UserRow, keyof typeof NOT_FOR_PAGES>

/** Selects users who can log in. */
export const CAN_LOG_IN = { disabledAt: null, deletionDueAt: null } as const

/** The name that pages and emails show. */
export function displayNameOf({ name, username }: { name: string | null; username: string }) {
  return name || username
}

type LoginAttempt = {
  /** The user name or email that was typed. */
  identifier: string
  password: string
  browser: string
  client: HashClient
}

export type LoginOutcome =
  | { ok: true; user: User }
  | { ok: false; reason: 'wrong' | 'disabled' | 'scheduled-for-deletion' }

/** Same cost for known and unknown accounts; the specific reason only after the right password. */
export async function verifyCredentials(
  accounts: Accounts,
  { identifier, password, browser, client }: LoginAttempt,
): Promise<LoginOutcome> {
  const found = await findByIdentifier(accounts, identifier)
  // By what was typed: known and unknown accounts wait alike.
  const hashClient = { ...client, account: identifierKeyOf(identifier) }
  const hash = found?.passwordHash ?? null
  const check = await accounts.passwords.verify(password, hash, hashClient)
  if (!found || !check.matches) {
    await queueFailedLogin(accounts, found, browser)
    return { ok: false, reason: 'wrong' }
  }
  if (check.needsRehash) await rehash(accounts, found, password, hashClient)
  if (found.disabledAt) return { ok: false, reason: 'disabled' }
  if (found.deletionDueAt) return { ok: false, reason: 'scheduled-for-deletion' }
  return { ok: true, user: toUser(found) }
}

// Recorded in the background: a row for known accounts alone would show in the time of the answer.
function queueFailedLogin(
  { database, clock }: Accounts,
  found: { id: string } | null,
  browser: string,
): Promise<void> {
  return queueJob(database, { kind: 'failed-login', userId: found?.id ?? null, browser }, clock())
}

function findByIdentifier({ database }: Accounts, identifier: string) {
  return isEmail(identifier)
    ? database.user.findUnique({ where: { emailKey: emailKeyOf(identifier) } })
    : database.user.findUnique({ where: { usernameKey: usernameKeyOf(identifier) } })
}

// Not a change of password: the epoch stays, and sessions go on.
async function rehash(
  { database, passwords }: Accounts,
  user: UserRow,
  password: string,
  client: HashClient,
) {
  const passwordHash = await passwords.hash(password, client).catch(nullIfOverloaded)
  if (passwordHash === null) return
  const where = { id: user.id, passwordHash: user.passwordHash }
  await database.user.updateMany({ where, data: { passwordHash } })
}

// The next login will rehash.
function nullIfOverloaded(error: unknown): null {
  if (error instanceof Overloaded) return null
  throw error
}

export function toUser(row: UserRow): User {
  const seen = Object.entries(row).filter(([column]) => !(column in NOT_FOR_PAGES))
  return Object.fromEntries(seen) as User
}

/** Finds a user who can log in. */
export function findUser({ database }: Accounts, id: string): Promise<User | null> {
  return database.user.findUnique({ where: { id, ...CAN_LOG_IN }, omit: NOT_FOR_PAGES })
}

/** Null when the session that brought this user along was ended meanwhile. */
export async function changeOwnUser(
  tables: Tables,
  { id, authEpoch }: User,
  data: Prisma.UserUpdateInput,
): Promise<UserRow | null> {
  // Of two requests that both verified the current password, the second was logged out by the first: an
  // intruder could otherwise take back at once what the user has just changed.
  const where = { id, authEpoch, ...CAN_LOG_IN }
  const [changed] = await tables.user.updateManyAndReturn({ where, data })
  return changed ?? null
}
