import { type Database, Prisma } from '../database/database.ts'
import { deleteBatch } from '../database/delete-batch.ts'
import { days } from '../durations.ts'

/** Removes a batch of email links that are over; says whether there may be more. */
export function sweepLinks(database: Database, now: Date): Promise<boolean> {
  const over = Prisma.sql`"expiresAt" <= ${now} ORDER BY "expiresAt"`
  return deleteBatch(database, { name: 'EmailLink', key: 'id' }, over)
}

/** Removes a batch of old events; says whether there may be more. A user who looks once a year still finds what happened since. */
export function sweepEvents(database: Database, now: Date): Promise<boolean> {
  const before = new Date(now.getTime() - days(400))
  const old = Prisma.sql`"at" <= ${before} ORDER BY "at"`
  return deleteBatch(database, { name: 'SecurityEvent', key: 'id' }, old)
}

/** Removes a batch of registrations whose email was not verified in time; says whether there may be more. */
export function sweepPending(database: Database, now: Date): Promise<boolean> {
  const over = Prisma.sql`"expiresAt" <= ${now} ORDER BY "expiresAt"`
  return deleteBatch(database, { name: 'PendingRegistration', key: 'id' }, over)
}
