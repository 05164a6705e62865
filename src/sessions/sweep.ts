import { type Database, Prisma } from '../database/database.ts'
import { BATCH, deleteBatch } from '../database/delete-batch.ts'
import { days } from '../durations.ts'

/** Removes a batch of sessions that are over; says whether there may be more. */
export async function sweepSessions(database: Database, now: Date): Promise<boolean> {
  const over = Prisma.sql`"expiresAt" <= ${now} ORDER BY "expiresAt"`
  await keepLastSeen(database, over)
  return deleteBatch(database, { name: 'Session', key: 'idHash' }, over)
}

// The device outlives its session, and the list of devices says when it was last seen.
async function keepLastSeen(database: Database, over: Prisma.Sql): Promise<void> {
  await database.$executeRaw`
    UPDATE "Device" SET "lastSeenAt" = ended."lastSeenAt"
    FROM (SELECT "deviceId", MAX("lastSeenAt") AS "lastSeenAt" FROM (
        SELECT "deviceId", "lastSeenAt" FROM "Session" WHERE ${over} LIMIT ${BATCH}) batch
      GROUP BY "deviceId") ended
    WHERE "Device"."id" = ended."deviceId" AND "Device"."lastSeenAt" < ended."lastSeenAt"`
}

/** Removes a batch of devices that no cookie can name any more: browsers keep one for 400 days at most. */
export function sweepDevices(database: Database, now: Date): Promise<boolean> {
  const before = new Date(now.getTime() - days(400))
  const unused = Prisma.sql`"lastSeenAt" <= ${before}
    AND NOT EXISTS (SELECT 1 FROM "Session" s WHERE s."deviceId" = "Device"."id")
    AND NOT EXISTS (SELECT 1 FROM "RememberSeries" r WHERE r."deviceId" = "Device"."id")
    ORDER BY "lastSeenAt"`
  return deleteBatch(database, { name: 'Device', key: 'id' }, unused)
}
