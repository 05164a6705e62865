import { type Database, Prisma, type Tables, timestamp } from '../database/database.ts'

export type InsertedUser = {
  id: string
  username: string
  usernameKey: string
  email: string
  emailKey: string
  name: string | null
  passwordHash: string
  isActive: boolean
  /** The id of the event that tells of it. */
  eventId: string
}

export type Insertion = { at: Date; emailVerifiedAt: Date | null; kind: string; browser: string }

const COLUMNS = [
  'id',
  'username',
  'usernameKey',
  'email',
  'emailKey',
  'name',
  'passwordHash',
  'eventId',
  'isActive',
] as const

/** Takes the tables of a transaction and any number of new users; inserts them, each with its event, in two statements. */
export async function insertUsers(
  { engine }: Pick<Database, 'engine'>,
  tables: Tables,
  users: InsertedUser[],
  { at, emailVerifiedAt, kind, browser }: Insertion,
): Promise<void> {
  // One parameter whatever their number: 10,000 rows as parameters of their own take ten seconds,
  // which is how long a transaction may.
  const rows = rowsOf(engine, JSON.stringify(users))
  const time = (date: Date | null) => timestamp({ engine }, date)
  await tables.$executeRaw`
    INSERT INTO "User" ("id", "username", "usernameKey", "email", "emailKey", "name", "passwordHash", "disabledAt", "createdAt", "emailVerifiedAt")
    SELECT "id", "username", "usernameKey", "email", "emailKey", "name", "passwordHash", CASE WHEN "isActive" THEN NULL ELSE ${time(at)} END, ${time(at)}, ${time(emailVerifiedAt)} FROM ${rows}`
  await tables.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser")
    SELECT "eventId", "id", ${kind}, ${time(at)}, ${browser} FROM ${rows}`
}

function rowsOf(engine: Database['engine'], json: string): Prisma.Sql {
  if (engine === 'postgresql') {
    const columns = Prisma.raw(COLUMNS.map(describeColumn).join(', '))
    return Prisma.sql`json_to_recordset(${json}::json) AS rows (${columns})`
  }
  const columns = Prisma.raw(COLUMNS.map((name) => `value ->> '${name}' AS "${name}"`).join(', '))
  return Prisma.sql`(SELECT ${columns} FROM json_each(${json})) AS rows`
}

function describeColumn(name: (typeof COLUMNS)[number]): string {
  return `"${name}" ${name === 'isActive' ? 'boolean' : 'text'}`
}
