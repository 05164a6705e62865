import type { Clock } from '../clock.ts'
import { days, minutes, seconds } from '../durations.ts'
import type { Database } from './database.ts'

const BATCH = 500

/** Takes the database and the time; removes at most one batch of everything that has expired. Says whether there may be more. */
export async function sweepExpired(database: Database, now: Date): Promise<boolean> {
  const removed = [
    await sweepSessions(database, now),
    await sweepSeries(database, now),
    await sweepCounters(database, now),
    await sweepMail(database, now),
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
    DELETE FROM "RateLimiterFlexible" WHERE "key" IN (
      SELECT "key" FROM "RateLimiterFlexible" WHERE "expire" <= ${now} ORDER BY "expire" LIMIT ${BATCH})`
}

// Long enough to answer who was written to and when.
async function sweepMail(database: Database, now: Date): Promise<number> {
  const before = new Date(now.getTime() - days(30))
  return database.$executeRaw`
    DELETE FROM "OutboxMessage" WHERE "id" IN (
      SELECT "id" FROM "OutboxMessage" WHERE "sentAt" <= ${before} ORDER BY "sentAt" LIMIT ${BATCH})`
}

const EVERY = minutes(1)
const PAUSE = seconds(1)

/** Takes the database, the clock and whom to tell of a failure; sweeps every minute, and every second while there is more. Returns how to stop. */
export function keepSweeping(
  database: Database,
  clock: Clock,
  onFailure: (error: unknown) => void,
): () => void {
  let isStopped = false
  let timer: NodeJS.Timeout
  const plan = (delay: number) => {
    if (!isStopped) timer = setTimeout(sweep, delay).unref()
  }
  const sweep = () =>
    sweepExpired(database, clock()).then(
      (hasMore) => plan(hasMore ? PAUSE : EVERY),
      (error: unknown) => {
        onFailure(error)
        plan(EVERY)
      },
    )
  plan(EVERY)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
