import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import type { Tables, User as UserRow } from '../database/database.ts'
import type { NewMail } from '../mail/outbox.ts'
import { hashBrowserId } from '../sessions/devices.ts'
import type { Accounts, User } from './accounts.ts'
import { endOfLink, isKeptForOwner } from './email-links.ts'
import { type Busy, isBusy } from './hash-queue.ts'
import { holderOf } from './held-name.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'
import { NOBODY, recordEventOf, sendLink } from './nobody.ts'
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

/** Takes a checked form; returns the new user, or which of its identifiers somebody has already, or busy. Where addresses are kept secret, by the same statements if the address is taken. */
export async function registerUser(
  accounts: Accounts,
  wanted: NewUser,
): Promise<User | Taken | Busy> {
  const passwordHash = await accounts.passwords.hash(wanted.password, wanted.signal)
  if (isBusy(passwordHash)) return passwordHash
  return insertUser(accounts, wanted, rowOf(accounts, wanted, passwordHash))
}

function insertUser(
  { database, mustConfirm }: Accounts,
  { browser, browserId }: NewUser,
  row: NewRow,
): Promise<User | Taken> {
  const link = { purpose: 'verify-email', browserHash: hashBrowserId(browserId) } as const
  return changeTogether(database, async (tables) => {
    await insertUnlessTaken(tables, row)
    await giveBackIfKept(tables, row)
    const holder = holderOf(row)
    if (mustConfirm) await insertUnlessTaken(tables, holder)
    const { user, namesake, owner } = await findWhoHas(tables, row, holder)
    // The name first: where addresses are kept secret, a name that is taken must not depend on the address.
    if (namesake) return 'username-taken'
    if (!user && !mustConfirm) return 'email-taken'
    const whose = { tables, user, at: row.createdAt }
    await recordEventOf(whose, { kind: 'registered', browser })
    await sendLink(whose, { ...link, instead: owner && tellOwner(owner, row) })
    return user ? toUser(user) : 'email-taken'
  })
}

type NewRow = ReturnType<typeof rowOf>

function rowOf(
  { clock, mustConfirm }: Accounts,
  { username, email }: NewUser,
  passwordHash: string,
) {
  const createdAt = clock()
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  const names = { id: randomUUID(), username, email, name: username, ...keys }
  // Nobody can log in who has not confirmed: whoever has not by then is erased.
  const eraseAt = mustConfirm ? endOfLink('verify-email', createdAt) : null
  return { ...names, passwordHash, createdAt, eraseAt }
}

// Asking first would let two through that ask at the same moment: the unique indexes decide. And by a
// statement that fails, the transaction would end sooner for an address that is taken.
async function insertUnlessTaken(tables: Tables, row: NewRow): Promise<void> {
  const { id, username, usernameKey, email, emailKey, name, passwordHash, createdAt, eraseAt } = row
  await tables.$executeRaw`
    INSERT INTO "User" ("id", "username", "usernameKey", "email", "emailKey", "name", "passwordHash", "createdAt", "eraseAt")
    VALUES (${id}, ${username}, ${usernameKey}, ${email}, ${emailKey}, ${name}, ${passwordHash}, ${createdAt}, ${eraseAt})
    ON CONFLICT DO NOTHING`
}

// Whoever took an account over could else sit on its old address, and bar its owner's way back. Asked
// afterwards: only now has a change of address that gives it up this moment been made.
async function giveBackIfKept(tables: Tables, { id, emailKey, createdAt }: NewRow): Promise<void> {
  const isKept = await isKeptForOwner(tables, emailKey, createdAt)
  await tables.user.deleteMany({ where: { id: isKept ? id : NOBODY } })
}

async function findWhoHas(tables: Tables, { id, usernameKey, emailKey }: NewRow, holder: NewRow) {
  const rows = await tables.user.findMany({ where: { OR: [{ usernameKey }, { emailKey }] } })
  const user = rows.find((row) => row.id === id) ?? null
  const own: string[] = [id, holder.id]
  const namesake = rows.find((row) => row.usernameKey === usernameKey && !own.includes(row.id))
  return { user, namesake, owner: rows.find((row) => row.emailKey === emailKey) }
}

// Whoever registered is told nothing, but the owner of the address may have forgotten the account.
function tellOwner({ id, email, name }: UserRow, { createdAt: at }: NewRow): NewMail {
  return { userId: id, to: email, at, message: { template: 'account-exists', name } }
}
