import type { Tables } from '../database/database.ts'
import { enqueue } from '../mail/outbox.ts'
import { EVENT_WORDS, type NewEvent, recordEvent } from './events.ts'

/** Whom a mail is for. */
export type Addressee = { id: string; email: string; name: string }

/** Takes the tables of the transaction that makes a change; writes the change down and has its owner told, both or neither. */
export async function recordAndTell(
  tables: Tables,
  { id, email, name }: Addressee,
  event: Omit<NewEvent, 'userId'>,
): Promise<void> {
  const { kind, browser, at } = event
  await recordEvent(tables, { userId: id, ...event })
  const words = EVENT_WORDS[kind]
  const message = {
    template: 'security-notice',
    name,
    words,
    browser,
    at: at.toISOString(),
    isTheft: kind === 'remember-token-stolen',
  } as const
  await enqueue(tables, { userId: id, to: email, at, message })
}
