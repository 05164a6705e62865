import { randomUUID } from 'node:crypto'
import { type Database, Prisma, type Tables } from '../database/database.ts'
import { enqueue, enqueueNothing, type NewMail } from '../mail/outbox.ts'
import type { EventKind } from './events.ts'
import { endOfLink } from './links.ts'
import type { Addressee } from './security-events.ts'

// A stranger must not learn from the time that an answer takes whether there is an account. So what is
// done for its owner is done for nobody too: by the same statements, which find no user to insert for,
// and with a row of the outbox in any case, as a transaction that writes nothing waits for no disk.

/** The id that no user has. */
export const NOBODY = ''

/** A transaction, and for whom something is done in it, null for nobody. */
export type Whose = { database: Database; tables: Tables; user: Addressee | null; at: Date }

export type SentLink = {
  purpose: 'confirm-address' | 'reset-password'
  browserHash?: string
  /** What is sent where there is nobody to send a link to. */
  instead?: NewMail | undefined
}

/** Takes for whom, and a link; has it sent, in place of any earlier one for the same. */
export async function sendLink(whose: Whose, link: SentLink): Promise<void> {
  const { tables, user, at } = whose
  const { purpose, instead } = link
  const linkId = await createLinkOf(whose, link)
  const message = { template: purpose, name: user?.name ?? '', linkId }
  const mail = user ? { userId: user.id, to: user.email, at, message } : instead
  await (mail ? enqueue(tables, mail) : enqueueNothing(tables, at))
}

// Not for an address that the user has only just changed to: the mail goes to the one before.
async function createLinkOf(
  { database, tables, user, at }: Whose,
  { purpose, browserHash = null }: { purpose: SentLink['purpose']; browserHash?: string | null },
): Promise<string> {
  const id = randomUUID()
  const { id: userId, email } = user ?? { id: NOBODY, email: '' }
  const times = Prisma.sql`${time(database, at)}, ${time(database, endOfLink(purpose, at))}`
  await tables.accountLink.deleteMany({ where: { userId, purpose } })
  await tables.$executeRaw`
    INSERT INTO "AccountLink" ("id", "purpose", "userId", "authEpoch", "email", "emailKey", "browserHash", "createdAt", "expiresAt")
    SELECT ${id}, ${purpose}, "id", "authEpoch", "email", "emailKey", ${browserHash}, ${times}
    FROM "User" WHERE "id" = ${userId} AND "email" = ${email}`
  return id
}

/** Takes whose account it happened to; writes down that it did. */
export async function recordEventOf(
  { database, tables, user, at }: Whose,
  { kind, browser }: { kind: EventKind; browser: string },
): Promise<void> {
  await tables.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser")
    SELECT ${randomUUID()}, "id", ${kind}, ${time(database, at)}, ${browser}
    FROM "User" WHERE "id" = ${user?.id ?? NOBODY}`
}

// PostgreSQL cannot infer the type of a parameter in a SELECT list.
function time({ engine }: Database, at: Date): Prisma.Sql {
  return engine === 'postgresql' ? Prisma.sql`${at}::timestamp` : Prisma.sql`${at}`
}
