import { Prisma, type Tables } from '../database/database.ts'
import { minutes } from '../durations.ts'

// Counted in the database: restarts keep the counts, and processes share them.

/** What an attempt costs, what its key may cost in a window, and when a window that begins now would end. */
export type Charge = { key: string; cost: number; most: number; at: Date; endsAt: Date }

/** What was counted, and in which window: the one that ends then. */
export type Counted = { key: string; endsAt: Date }

// By so much two clocks may differ. What ends later yet was begun by a clock that was wrong.
const CLOCK_SKEW = minutes(1)

/** Those of the windows that are used up. */
export function findFull(database: Tables, charges: Charge[]): Promise<Counted[]> {
  const full = charges.map((charge) => {
    const { key, most } = charge
    return Prisma.sql`("key" = ${key} AND "attempts" >= ${most} AND ${isRunning(charge)})`
  })
  return database.$queryRaw<Counted[]>`
    SELECT "key", "endsAt" FROM "AttemptCounter" AS counter WHERE ${Prisma.join(full, ' OR ')}`
}

// One statement: of many at once, in however many processes, only as many pass as there are left.
/** When the window ends, or null if it is used up. A window that is over begins anew. */
export async function countAttempt(database: Tables, charge: Charge): Promise<Date | null> {
  const { key, cost, most, endsAt } = charge
  const running = isRunning(charge)
  const [row] = await database.$queryRaw<{ endsAt: Date }[]>`
    INSERT INTO "AttemptCounter" AS counter ("key", "attempts", "endsAt")
    VALUES (${key}, ${cost}, ${endsAt})
    ON CONFLICT ("key") DO UPDATE SET
      "attempts" = CASE WHEN ${running} THEN counter."attempts" + ${cost} ELSE ${cost} END,
      "endsAt" = CASE WHEN ${running} THEN counter."endsAt" ELSE excluded."endsAt" END
    WHERE counter."attempts" < ${most} OR NOT (${running})
    RETURNING "endsAt"`
  return row?.endsAt ?? null
}

/** Leaves a later window alone, and one that has too little. */
export async function takeBack(database: Tables, counted: Counted[], cost: number): Promise<void> {
  if (counted.length === 0) return
  const OR = counted.map(({ key, endsAt }) => ({ key, endsAt }))
  const where = { OR, attempts: { gte: cost } }
  await database.attemptCounter.updateMany({ where, data: { attempts: { decrement: cost } } })
}

function isRunning({ at, endsAt }: Charge): Prisma.Sql {
  const latest = new Date(endsAt.getTime() + CLOCK_SKEW)
  return Prisma.sql`counter."endsAt" > ${at} AND counter."endsAt" <= ${latest}`
}
