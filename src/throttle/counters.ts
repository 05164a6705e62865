import { type Database, Prisma } from '../database/database.ts'

/** Where attempts are counted: restarts keep the counts, and processes share them. */
export type AttemptCounters = {
  /** Says when the last of those windows ends that have had all their attempts; null if there is none. */
  findFull: (attempts: Attempt[]) => Promise<Date | null>
  /** Counts an attempt and says when its window ends, one that is over beginning anew; null if it has had them all. */
  count: (attempt: Attempt) => Promise<Date | null>
  /** Takes back an attempt of the window that ends then; one that began since keeps its own count. */
  takeBack: (counted: { key: string; endsAt: Date }) => Promise<void>
}

/** How many attempts a key has in a window, and when a window that begins now would end. */
export type Attempt = { key: string; most: number; at: Date; endsAt: Date }

/** Takes the database; returns the counters in it. */
export function createAttemptCounters(database: Database): AttemptCounters {
  return {
    findFull: (attempts) => findFull(database, attempts),
    count: (attempt) => countAttempt(database, attempt),
    async takeBack({ key, endsAt }) {
      const where = { key, endsAt, attempts: { gt: 0 } }
      const data = { attempts: { decrement: 1 } }
      await database.attemptCounter.updateMany({ where, data })
    },
  }
}

async function findFull(database: Database, attempts: Attempt[]): Promise<Date | null> {
  const full = attempts.map(
    ({ key, most, at }) =>
      Prisma.sql`("key" = ${key} AND "attempts" >= ${most} AND "endsAt" > ${at})`,
  )
  const [row] = await database.$queryRaw<{ endsAt: Date }[]>`
    SELECT "endsAt" FROM "AttemptCounter"
    WHERE ${Prisma.join(full, ' OR ')} ORDER BY "endsAt" DESC LIMIT 1`
  return row?.endsAt ?? null
}

// One statement: of many at once, in however many processes, only as many pass as there are left.
async function countAttempt(database: Database, { key, most, at, endsAt }: Attempt) {
  const [row] = await database.$queryRaw<{ endsAt: Date }[]>`
    INSERT INTO "AttemptCounter" AS counter ("key", "attempts", "endsAt")
    VALUES (${key}, 1, ${endsAt})
    ON CONFLICT ("key") DO UPDATE SET
      "attempts" = CASE WHEN counter."endsAt" > ${at} THEN counter."attempts" + 1 ELSE 1 END,
      "endsAt" = CASE WHEN counter."endsAt" > ${at} THEN counter."endsAt" ELSE excluded."endsAt" END
    WHERE counter."attempts" < ${most} OR counter."endsAt" <= ${at}
    RETURNING "endsAt"`
  return row?.endsAt ?? null
}
