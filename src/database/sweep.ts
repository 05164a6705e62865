import { days } from '../durations.ts'
import type { Database } from './database.ts'

const BATCH = 500

/** Takes the database and the time; removes at most one batch of everything that has expired. Says whether there may be more. */
export async function sweepExpired(database: Database, now: Date): Promise<boolean> {
  const removed = [
    await sweepSessions(database, now),
    await sweepSeries(database, now),
    await sweepCounters(database, now),
    await sweepLinks(database, now),
    await sweepPending(database, now),
    await sweepMail(database, now),
    await sweepEvents(database, now),
    await sweepDevices(database, now),
  ]
  return removed.some((count) => count === BATCH)
}

// A small batch at a time: on SQLite everybody else waits while one statement runs.
async function sweepSessions(database: Database, now: Date): Promise<number> {
  await keepLastSeen(database, now)
  return database.$executeRaw`
    DELETE FROM "Session" WHERE "idHash" IN (
      SELECT "idHash" FROM "Session" WHERE "expiresAt" <= ${now} ORDER BY "expiresAt" LIMIT ${BATCH})`
}

// The device outlives its session, and the list of devices says when it was last seen.
async function keepLastSeen(database: Database, now: Date): Promise<void> {
  await database.$executeRaw`
    UPDATE "Device" SET "lastSeenAt" = ended."lastSeenAt"
    FROM (SELECT "deviceId", MAX("lastSeenAt") AS "lastSeenAt" FROM (
        SELECT "deviceId", "lastSeenAt" FROM "Session" WHERE "expiresAt" <= ${now}
        ORDER BY "expiresAt" LIMIT ${BATCH}) batch
      GROUP BY "deviceId") ended
    WHERE "Device"."id" = ended."deviceId" AND "Device"."lastSeenAt" < ended."lastSeenAt"`
}

async function sweepSeries(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    DELETE FROM "RememberSeries" WHERE "id" IN (
      SELECT "id" FROM "RememberSeries" WHERE "expiresAt" <= ${now} ORDER BY "expiresAt" LIMIT ${BATCH})`
}

async function sweepCounters(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    DELETE FROM "AttemptCounter" WHERE "key" IN (
      SELECT "key" FROM "AttemptCounter" WHERE "endsAt" <= ${now} ORDER BY "endsAt" LIMIT ${BATCH})`
}

// Long enough to answer who was written to and when.
async function sweepMail(database: Database, now: Date): Promise<number> {
  const before = new Date(now.getTime() - days(30))
  return database.$executeRaw`
    DELETE FROM "OutboxMessage" WHERE "id" IN (
      SELECT "id" FROM "OutboxMessage" WHERE "sentAt" <= ${before} ORDER BY "sentAt" LIMIT ${BATCH})`
}

async function sweepLinks(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    DELETE FROM "EmailLink" WHERE "id" IN (
      SELECT "id" FROM "EmailLink" WHERE "expiresAt" <= ${now} ORDER BY "expiresAt" LIMIT ${BATCH})`
}

async function sweepPending(database: Database, now: Date): Promise<number> {
  return database.$executeRaw`
    DELETE FROM "PendingRegistration" WHERE "id" IN (
      SELECT "id" FROM "PendingRegistration" WHERE "expiresAt" <= ${now} ORDER BY "expiresAt" LIMIT ${BATCH})`
}

// As old as the cookie that a browser is known by: nobody comes with that any more.
async function sweepDevices(database: Database, now: Date): Promise<number> {
  const before = new Date(now.getTime() - days(400))
  return database.$executeRaw`
    DELETE FROM "Device" WHERE "id" IN (
      SELECT d."id" FROM "Device" d WHERE d."lastSeenAt" <= ${before}
        AND NOT EXISTS (SELECT 1 FROM "Session" s WHERE s."deviceId" = d."id")
        AND NOT EXISTS (SELECT 1 FROM "RememberSeries" r WHERE r."deviceId" = d."id")
      ORDER BY d."lastSeenAt" LIMIT ${BATCH})`
}

// A year and a month: whoever looks once a year still finds what happened since.
async function sweepEvents(database: Database, now: Date): Promise<number> {
  const before = new Date(now.getTime() - days(400))
  return database.$executeRaw`
    DELETE FROM "SecurityEvent" WHERE "id" IN (
      SELECT "id" FROM "SecurityEvent" WHERE "at" <= ${before} ORDER BY "at" LIMIT ${BATCH})`
}
