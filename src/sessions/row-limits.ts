import { Prisma, type Tables } from '../database/database.ts'

// A login and a visit with a remember cookie each make rows that live for hours or weeks: repeated, they would make
// pages that are too long to show and statements that all others wait for.
const LIMITS = {
  Device: { key: 'id', owner: 'userId', time: 'lastSeenAt', most: 100 },
  // A browser has one cookie of each. Of several requests at once any answer may come last.
  RememberSeries: { key: 'id', owner: 'deviceId', time: 'createdAt', most: 5 },
  Session: { key: 'idHash', owner: 'deviceId', time: 'lastSeenAt', most: 20 },
} as const

// A user of an older release may have thousands: a batch at each login.
const BATCH = 500

/** Deletes what is oldest of a user's devices or a device's series or sessions, where there are too many, with what hangs on it. Never what is as new as `now`. */
export async function endOldest(
  tables: Tables,
  table: keyof typeof LIMITS,
  ownerId: string | null | undefined,
  now: Date,
): Promise<void> {
  if (!ownerId) return
  const { key, owner, time, most } = LIMITS[table]
  const [from, id, of, at] = [table, key, owner, time].map((name) => Prisma.raw(`"${name}"`))
  await tables.$executeRaw`
    DELETE FROM ${from} WHERE ${id} IN (
      SELECT ${id} FROM ${from} WHERE ${of} = ${ownerId} AND ${at} < ${now}
      ORDER BY ${at} DESC LIMIT ${BATCH} OFFSET ${most - 1})`
}
