import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import { enqueue } from '../mail/outbox.ts'
import type { Accounts, User } from './accounts.ts'
import { askToConfirm } from './addresses.ts'
import { recordEvent } from './events.ts'
import { type Busy, isBusy } from './hash-gate.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { isKeptForOwner } from './links.ts'
import { isUniqueViolation } from './unique.ts'
import { toUser } from './users.ts'

export type NewUser = {
  username: string
  email: string
  password: string
  browser: string
  browserId: string
  signal?: AbortSignal
}
export type Taken = 'username-taken' | 'email-taken'

/** Takes a checked form; returns the new user, or which of its identifiers somebody has already, or busy. */
export async function registerUser(
  accounts: Accounts,
  wanted: NewUser,
): Promise<User | Taken | Busy> {
  const passwordHash = await accounts.passwords.hash(wanted.password, wanted.signal)
  if (isBusy(passwordHash)) return passwordHash
  return createUser(accounts, wanted, passwordHash).catch((error: unknown) => {
    // Asking first would let two through that ask at the same moment: the unique indexes decide.
    if (!isUniqueViolation(error) && !(error instanceof AddressKept)) throw error
    return sayWhatIsTaken(accounts, wanted)
  })
}

function createUser(
  { database, clock }: Accounts,
  { username, email, browser, browserId }: NewUser,
  passwordHash: string,
): Promise<User> {
  const at = clock()
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const names = { username, email, name: username, ...keys }
  const data = { id: randomUUID(), ...names, passwordHash, createdAt: at }
  return changeTogether(database, async (tables) => {
    const user = await tables.user.create({ data })
    // Whoever took an account over could else sit on its old address, and bar its owner's way back. Asked
    // last: only now has a change of address that gives it up this moment been made.
    if (await isKeptForOwner(tables, user.emailKey, at)) throw new AddressKept()
    await recordEvent(tables, { userId: user.id, kind: 'registered', at, browser })
    await askToConfirm(tables, user, { browserId, at })
    return toUser(user)
  })
}

class AddressKept extends Error {}

// The name first: where addresses are kept secret, a name that is taken must not depend on the address.
async function sayWhatIsTaken(accounts: Accounts, { username, email }: NewUser): Promise<Taken> {
  const usernameKey = usernameKeyOf(username)
  if (await accounts.database.user.findUnique({ where: { usernameKey } })) return 'username-taken'
  if (accounts.mustConfirm) await tellOwner(accounts, email)
  return 'email-taken'
}

// Whoever registered is told nothing, but the owner of the address may have forgotten the account.
async function tellOwner({ database, clock }: Accounts, email: string): Promise<void> {
  const user = await database.user.findUnique({ where: { emailKey: emailKeyOf(email) } })
  if (!user) return
  const message = { template: 'account-exists', name: user.name } as const
  await enqueue(database, { userId: user.id, to: user.email, at: clock(), message })
}
