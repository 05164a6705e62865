import type { Database, OutboxMessage, Tables } from '../database/database.ts'
import { PAGE, readPages } from '../database/pages.ts'
import { days } from '../durations.ts'

// The count of attempts is the lock: claiming a message raises it, and every later write names the count
// that it claimed. A sender that was overtaken, by another process or by its own slowness, matches no row.

// Longer than any. A clock that was ahead for a while has left waits of days.
const LONGEST_WAIT = days(1)

/** Messages that are due, the longest waiting first. */
export function findDue(database: Database, now: Date, most: number): Promise<OutboxMessage[]> {
  const latest = new Date(now.getTime() + LONGEST_WAIT)
  return database.outboxMessage.findMany({
    where: {
      sentAt: null,
      OR: [{ nextAttemptAt: { lte: now } }, { nextAttemptAt: { gt: latest } }],
    },
    orderBy: [{ lane: 'asc' }, { nextAttemptAt: 'asc' }],
    take: most,
  })
}

/** The message as this sender alone has it until then, or null if another was faster. */
export async function claim(
  database: Database,
  message: OutboxMessage,
  until: Date,
): Promise<OutboxMessage | null> {
  const claimed = { attempts: message.attempts + 1, nextAttemptAt: until }
  const { count } = await database.outboxMessage.updateMany({
    where: asSeen(message),
    data: claimed,
  })
  return count === 1 ? { ...message, ...claimed } : null
}

/** Whether an older notice that still waits says the same, but for the time. */
export async function isRepeated(database: Database, message: OutboxMessage): Promise<boolean> {
  const { userId, recipient, template, data, createdAt } = message
  if (template !== 'security-notice') return false
  const older = { createdAt: { lt: createdAt }, sentAt: null }
  const where = { userId, recipient, template, data, ...older }
  return (await database.outboxMessage.count({ where })) > 0
}

/** Empties a message that was sent, unless it is to be kept. */
export async function markSent(
  database: Database,
  message: OutboxMessage,
  { at, isKept }: { at: Date; isKept: boolean },
): Promise<void> {
  const data = isKept ? { sentAt: at } : { sentAt: at, data: '{}' }
  await database.outboxMessage.updateMany({ where: asSeen(message), data })
}

export async function putOff(
  database: Database,
  message: OutboxMessage,
  until: Date,
): Promise<void> {
  const data = { nextAttemptAt: until }
  await database.outboxMessage.updateMany({ where: asSeen(message), data })
}

/** Removes a row; false when another worker has it. */
export async function drop(tables: Tables, message: OutboxMessage): Promise<boolean> {
  const { count } = await tables.outboxMessage.deleteMany({ where: asSeen(message) })
  return count === 1
}

function asSeen({ id, attempts }: OutboxMessage) {
  return { id, attempts }
}

const SHOWN = {
  id: true,
  userId: true,
  template: true,
  recipient: true,
  attempts: true,
  createdAt: true,
  nextAttemptAt: true,
} as const

/** A message that is not sent yet, without what it says: that holds its link. */
export type UnsentMail = Pick<OutboxMessage, keyof typeof SHOWN>

/** The oldest first, a page at a time. */
export function listUnsent(database: Database): AsyncIterable<UnsentMail[]> {
  return readPages((last?: UnsentMail) => {
    const { createdAt = new Date(0), id = '' } = last ?? {}
    const OR = [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }]
    return database.outboxMessage.findMany({
      where: { sentAt: null, OR },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: PAGE,
      select: SHOWN,
    })
  })
}

/** Makes a message due, or all, that would wait longer; returns how many. */
export async function hasten(
  database: Database,
  id: string | null,
  { now, after }: { now: Date; after: Date },
): Promise<number> {
  const where = { ...(id === null ? {} : { id }), sentAt: null, nextAttemptAt: { gt: after } }
  const data = { nextAttemptAt: now }
  return (await database.outboxMessage.updateMany({ where, data })).count
}

/** False where no such message waits. */
export async function dropUnsent(database: Database, id: string): Promise<boolean> {
  return (await database.outboxMessage.deleteMany({ where: { id, sentAt: null } })).count === 1
}

/** How many messages wait for their first attempt, and how many for another. */
export async function countUnsent(database: Database) {
  const failed = await database.outboxMessage.count({
    where: { sentAt: null, attempts: { gt: 0 } },
  })
  const all = await database.outboxMessage.count({ where: { sentAt: null } })
  return { waiting: all - failed, failed }
}
