import type { Database } from '../../src/database/database.ts'

const AT = new Date('2026-01-01T00:00:00Z')

/** Gives an account as many events, all of one moment, in one statement. */
export async function addEvents(database: Database, userId: string, count: number): Promise<void> {
  const at = database.engine === 'postgresql' ? AT.toISOString().slice(0, -1) : AT
  await database.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser")
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
    SELECT 'event ' || n || ' of ' || ${userId}, ${userId}, 'profile-changed', ${at}, 'Firefox'
    FROM numbers`
}
