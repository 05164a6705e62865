import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import { type Database, Prisma, type Tables } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { type Busy, isBusy } from './hash-gate.ts'
import { emailKeyOf } from './identifiers.ts'
import { createLink, endOfLink, type LinkWithUser, useLink } from './links.ts'
import { recordAndTell } from './security-events.ts'

export type Asked = { email: string; browser: string }

/** Takes an address that somebody typed; has a link sent to it if an active user has it. The same statements, and so the same time, if nobody has. */
export async function askForReset(
  { database, clock }: Accounts,
  { email, browser }: Asked,
): Promise<void> {
  const emailKey = emailKeyOf(email)
  const at = clock()
  const user = await database.user.findUnique({ where: { emailKey } })
  const userId = user?.isActive ? user.id : NOBODY
  const linkId = randomUUID()
  const data = JSON.stringify({ name: user?.name ?? '', linkId })
  await changeTogether(database, async (tables) => {
    await tables.accountLink.deleteMany({ where: { userId, purpose: 'reset-password' } })
    await insertLink(database, tables, { linkId, userId, at })
    await insertMail(database, tables, { userId, data, at })
    await insertEvent(database, tables, { userId, browser, at })
  })
}

// No user has this id, so what selects from the users inserts nothing for it.
const NOBODY = ''

type Row<T> = T & { userId: string; at: Date }

function insertLink(
  database: Database,
  tables: Tables,
  { linkId, userId, at }: Row<{ linkId: string }>,
) {
  const expiresAt = endOfLink('reset-password', at)
  return tables.$executeRaw`
    INSERT INTO "AccountLink" ("id", "purpose", "userId", "authEpoch", "email", "emailKey", "createdAt", "expiresAt")
    SELECT ${linkId}, 'reset-password', "id", "authEpoch", "email", "emailKey", ${time(database, at)}, ${time(database, expiresAt)}
    FROM "User" WHERE "id" = ${userId}`
}

function insertMail(
  database: Database,
  tables: Tables,
  { userId, data, at }: Row<{ data: string }>,
) {
  const now = time(database, at)
  return tables.$executeRaw`
    INSERT INTO "OutboxMessage" ("id", "userId", "recipient", "template", "data", "createdAt", "nextAttemptAt")
    SELECT ${randomUUID()}, "id", "email", 'reset-password', ${data}, ${now}, ${now}
    FROM "User" WHERE "id" = ${userId}`
}

function insertEvent(
  database: Database,
  tables: Tables,
  { userId, browser, at }: Row<{ browser: string }>,
) {
  return tables.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser")
    SELECT ${randomUUID()}, "id", 'reset-asked', ${time(database, at)}, ${browser}
    FROM "User" WHERE "id" = ${userId}`
}

// PostgreSQL cannot infer the type of a parameter in a SELECT list.
function time({ engine }: Database, at: Date): Prisma.Sql {
  return engine === 'postgresql' ? Prisma.sql`${at}::timestamp` : Prisma.sql`${at}`
}

/** Takes a link just found and a checked password; sets it, ends every session, remember series and link of its user, and says whether nobody was faster. */
export async function resetPassword(
  { database, passwords, clock }: Accounts,
  link: LinkWithUser,
  { password, browser, signal }: { password: string; browser: string; signal: AbortSignal },
): Promise<boolean | Busy> {
  const passwordHash = await passwords.hash(password, signal)
  if (isBusy(passwordHash)) return passwordHash
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return false
    const authEpoch = { increment: 1 }
    const where = { id: link.userId }
    const user = await tables.user.update({ where, data: { passwordHash, authEpoch } })
    await confirmByTheWay(tables, link, at)
    await recordAndTell(tables, user, { kind: 'password-reset', at, browser })
    return true
  })
}

// Whoever could open the link reads that mailbox.
async function confirmByTheWay(tables: Tables, link: LinkWithUser, at: Date): Promise<void> {
  const where = { id: link.userId, emailKey: link.emailKey, emailVerifiedAt: null }
  await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })
}

/** Takes an account whose password may be an impostor's; makes it useless, and with it every session. Returns the id of a link that sets another. */
export async function voidPassword(tables: Tables, userId: string, at: Date): Promise<string> {
  const data = { passwordHash: NO_PASSWORD, authEpoch: { increment: 1 } }
  const user = await tables.user.update({ where: { id: userId }, data })
  const { authEpoch, email, emailKey } = user
  return createLink(tables, { purpose: 'reset-password', userId, authEpoch, email, emailKey, at })
}

// In no format that we read, so that nothing matches it.
const NO_PASSWORD = '!'
