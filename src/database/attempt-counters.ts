import { type Database, Prisma } from './database.ts'

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
      const where = { key, expire: endsAt, points: { gt: 0 } }
      const data = { points: { decrement: 1 } }
      await database.rateLimiterFlexible.updateMany({ where, data })
    },
  }
}

async function findFull(database: Database, attempts: Attempt[]): Promise<Date | null> {
  const full = attempts.map(
    ({ key, most, at }) =>
      Prisma.sql`("key" = ${key} AND "points" >= ${most} AND "expire" > ${at})`,
  )
  const [row] = await database.$queryRaw<{ expire: Date }[]>`
    SELECT "expire" FROM "RateLimiterFlexible"
    WHERE ${Prisma.join(full, ' OR ')} ORDER BY "expire" DESC LIMIT 1`
  return row?.expire ?? null
}

// One statement: of many at once, in however many processes, only as many pass as there are left.
async function countAttempt(database: Database, { key, most, at, endsAt }: Attempt) {
  const [row] = await database.$queryRaw<{ expire: Date }[]>`
    INSERT INTO "RateLimiterFlexible" AS counter ("key", "points", "expire")
    VALUES (${key}, 1, ${endsAt})
    ON CONFLICT ("key") DO UPDATE SET
      "points" = CASE WHEN counter."expire" > ${at} THEN counter."points" + 1 ELSE 1 END,
      "expire" = CASE WHEN counter."expire" > ${at} THEN counter."expire" ELSE excluded."expire" END
    WHERE counter."points" < ${most} OR counter."expire" <= ${at}
    RETURNING "expire"`
  return row?.expire ?? null
}
