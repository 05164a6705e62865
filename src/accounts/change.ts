import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Content } from '../mail/messages.ts'
import { enqueue } from '../mail/outbox.ts'
import type { Records } from './accounts.ts'
import type { EventKind } from './events.ts'
import { displayNameOf } from './users.ts'

/** Who makes a change: from where, and how the log line of their request hears of it. */
export type Actor = {
  browser: string
  ip?: string | null
  /** Of the pages that they see. */
  language?: string | null
  note?: (event: { kind: EventKind; event: string; userId: string }) => void
}

/** A change to accounts under way: the tables of its transaction, its time, and who makes it. */
export type Change = { tables: Tables; at: Date; by: Actor }

/** Makes a change in one transaction: all of it, or nothing. */
export function change<T>(
  { database, clock }: Records,
  by: Actor,
  make: (change: Change) => Promise<T>,
): Promise<T> {
  const at = clock()
  return changeTogether(database, (tables) => make({ tables, at, by }))
}

/** What a job keeps of them. */
export function asColumns({ browser, ip = null, language = null }: Actor) {
  return { browser, ip, language }
}

/** Whom an email is for; without an id where there is no account, or none any more. */
export type Reader = {
  id: string | null
  name: string | null
  username: string
  language: string | null
  timeZone: string | null
}

/** Writes an email that says who had it sent, in the transaction of what it tells of. */
export async function writeMail(
  { tables, at, by }: Change,
  reader: Reader,
  to: string,
  content: Content,
): Promise<void> {
  const { id: userId, language, timeZone } = reader
  const { browser, ip = null } = by
  const head = { name: displayNameOf(reader), language, timeZone, browser, ip }
  await enqueue(tables, { userId, to, at, message: { ...head, ...content } })
}

/** A reader who has set no language is written to in that of the visitor who asked: most ask for their own email. */
export function asAskedBy<Asked extends Reader>(by: Actor, reader: Asked): Asked {
  return { ...reader, language: reader.language ?? by.language ?? null }
}
