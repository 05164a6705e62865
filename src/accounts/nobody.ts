import type { Tables } from '../database/database.ts'
import { enqueue, enqueueNothing, type NewMail } from '../mail/outbox.ts'
import type { User } from './accounts.ts'
import { createLink } from './email-links.ts'
import { type EventKind, recordEvent } from './events.ts'
import { emailKeyOf } from './identifiers.ts'

// A stranger must not learn from the time that an answer takes whether there is an account. So what is
// done for its owner is done for nobody too, by as many statements. Each row that is not inserted has one
// of the outbox in its stead: a transaction that writes less is sooner done, and one that writes nothing
// does not even wait for the disk.

/** The id that no user has. */
export const NOBODY = ''

/** A transaction, and for whom something is done in it, null for nobody. */
export type Whose = { tables: Tables; user: User | null; at: Date }

export type SentLink = {
  purpose: 'verify-email' | 'reset-password'
  browserHash?: string
  /** What is sent where there is nobody to send a link to. */
  instead?: NewMail | undefined
}

/** Takes for whom, and a link; has it sent, in place of any earlier one for the same. */
export async function sendLink({ tables, user, at }: Whose, link: SentLink): Promise<void> {
  const { instead, ...sent } = link
  if (!user) return sendNothing(tables, instead, at)
  const { id: userId, authEpoch, email, name } = user
  const whose = { userId, authEpoch, email, emailKey: emailKeyOf(email) }
  const linkId = await createLink(tables, { ...sent, ...whose, at })
  const message = { template: link.purpose, name, linkId }
  await enqueue(tables, { userId, to: email, at, message })
}

async function sendNothing(tables: Tables, instead: NewMail | undefined, at: Date): Promise<void> {
  await tables.emailLink.deleteMany({ where: { userId: NOBODY } })
  await enqueueNothing(tables, at)
  await (instead ? enqueue(tables, instead) : enqueueNothing(tables, at))
}

/** Takes to whose account it happened; writes down that it did. */
export async function recordEventOf(
  { tables, user, at }: Whose,
  event: { kind: EventKind; browser: string },
): Promise<void> {
  if (user) await recordEvent(tables, { userId: user.id, ...event, at })
  else await enqueueNothing(tables, at)
}
