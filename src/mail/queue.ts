import type { Database, OutboxMessage, Tables } from '../database/database.ts'

// The count of attempts is the lock: claiming a message raises it, and every later write names the count
// that it claimed. Whoever was overtaken, by another process or by its own slowness, matches no row.

/** Takes the database, the time and how many; returns messages that are due, the longest waiting first. */
export function findDue(database: Database, now: Date, most: number): Promise<OutboxMessage[]> {
  return database.outboxMessage.findMany({
    where: { sentAt: null, nextAttemptAt: { lte: now } },
    orderBy: [{ lane: 'asc' }, { nextAttemptAt: 'asc' }],
    take: most,
  })
}

/** Takes a message just found and until when to have it alone; returns it as claimed, or null if somebody else was faster. */
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

/** Takes a claimed message and when it was sent; sends it no more, and empties it unless it is to be kept. */
export async function markSent(
  database: Database,
  message: OutboxMessage,
  { at, isKept }: { at: Date; isKept: boolean },
): Promise<void> {
  const data = isKept ? { sentAt: at } : { sentAt: at, data: '{}' }
  await database.outboxMessage.updateMany({ where: asSeen(message), data })
}

/** Takes a claimed message and when to try again. */
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
