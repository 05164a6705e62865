import { randomUUID } from 'node:crypto'
import { type Database, Prisma, type Tables, type User as UserRow } from '../database/database.ts'
import { formatTimestamp } from '../database/read.ts'

const TYPES = {
  id: 'text',
  username: 'text',
  usernameKey: 'text',
  email: 'text',
  emailKey: 'text',
  name: 'text',
  passwordHash: 'text',
  emailVerifiedAt: 'timestamp(3)',
  createdAt: 'timestamp(3)',
  disabledAt: 'timestamp(3)',
} as const

const EVENT_TYPES = { eventId: 'text', at: 'timestamp(3)' } as const

export type NewUserRow = Pick<UserRow, keyof typeof TYPES>

/** What each user's first event says. */
type FirstEvent = { kind: string; at: Date; browser: string }

/** Inserts users, each with an event, in two statements of a transaction. */
export async function insertUsers(
  { engine }: Pick<Database, 'engine'>,
  tables: Tables,
  users: readonly NewUserRow[],
  { kind, at, browser }: FirstEvent,
): Promise<void> {
  // One parameter whatever their number: 10,000 rows as parameters of their own take ten seconds,
  // which is how long a transaction may.
  const rows = users.map((user) => ({ ...user, eventId: randomUUID(), at }))
  const table = tableOf(engine, JSON.stringify(rows.map(withStoredTimes)))
  const columns = Prisma.raw(
    Object.keys(TYPES)
      .map((name) => `"${name}"`)
      .join(', '),
  )
  await tables.$executeRaw`INSERT INTO "User" (${columns}) SELECT ${columns} FROM ${table}`
  await tables.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser")
    SELECT "eventId", "id", ${kind}, "at", ${browser} FROM ${table}`
}

function withStoredTimes(row: object) {
  const columns = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Date ? formatTimestamp(value) : value,
  ])
  return Object.fromEntries(columns)
}

function tableOf(engine: Database['engine'], json: string): Prisma.Sql {
  const types = Object.entries({ ...TYPES, ...EVENT_TYPES })
  if (engine === 'postgresql') {
    const columns = types.map(([name, type]) => `"${name}" ${type}`)
    return Prisma.sql`json_to_recordset(${json}::json) AS rows (${Prisma.raw(columns.join(', '))})`
  }
  const columns = types.map(([name]) => `value ->> '${name}' AS "${name}"`)
  return Prisma.sql`(SELECT ${Prisma.raw(columns.join(', '))} FROM json_each(${json})) AS rows`
}
