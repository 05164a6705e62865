import { randomUUID } from 'node:crypto'
import { type Database, Prisma, type Tables } from '../database/database.ts'
import { hours } from '../durations.ts'

/** What an account's owner is told about, by kind and in words. */
export const EVENT_WORDS = {
  registered: 'Account created',
  'logged-in': 'Logged in',
  'new-device': 'Logged in from a new browser',
  remembered: 'Recognised by “keep me logged in”',
  reauthenticated: 'Password confirmed',
  'login-failed': 'Failed attempt to log in',
  'password-changed': 'Password changed',
  'reset-requested': 'Link to choose a new password asked for',
  'password-reset': 'New password chosen through a link',
  'email-verified': 'Email address confirmed',
  'email-changed': 'Email address changed',
  'email-change-undone': 'Change of email address undone',
  'profile-changed': 'Profile changed',
  exported: 'Data downloaded',
  'deletion-requested': 'Deletion asked for',
  restored: 'Account restored',
  'device-logged-out': 'Another browser was logged out',
  'others-logged-out': 'All other browsers were logged out',
  'remember-token-stolen':
    'A copied “keep me logged in” cookie was used; that browser was logged out',
  'created-by-operator': 'Account created by the operator',
  imported: 'Account brought over from another program',
  disabled: 'Account disabled by the operator',
  enabled: 'Account enabled by the operator',
  'logged-out-by-operator': 'Logged out everywhere by the operator',
  'reset-link-by-operator': 'Link to choose a new password made by the operator',
} as const

export type EventKind = keyof typeof EVENT_WORDS

export type NewEvent = {
  userId: string
  kind: EventKind
  at: Date
  browser: string
  deviceId?: string | null
}

export type Activity = { words: string; browser: string; at: Date; count: number }

/** Takes the tables of the transaction that makes the change, and writes down that it was made. */
export async function recordEvent(tables: Tables, event: NewEvent): Promise<void> {
  await tables.securityEvent.create({ data: { id: randomUUID(), deviceId: null, ...event } })
}

/** Takes the tables of a transaction and an event that a device may repeat; counts it among those of this hour. */
export async function countEvent(tables: Tables, event: NewEvent): Promise<void> {
  const { kind, at, browser, deviceId, userId } = event
  const id = `${kind} ${hourOf(at)} ${deviceId ?? userId}`
  await tables.securityEvent.upsert({
    where: { id },
    create: { id, deviceId: null, ...event },
    update: { at, browser, count: { increment: 1 } },
  })
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / hours(1))
}

/** Takes a user's id; counts a failed attempt of this hour, in one statement. */
export async function recordFailedLogin(
  database: Database,
  userId: string,
  { at, browser }: { at: Date; browser: string },
): Promise<void> {
  const id = `login-failed ${hourOf(at)} ${userId}`
  // Selected, because the user may be erased this moment.
  await database.$executeRaw`
    INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser", "count")
    SELECT ${id}, "id", 'login-failed', ${at}${timestamp(database)}, ${browser}, 1
    FROM "User" WHERE "id" = ${userId}
    ON CONFLICT ("id") DO UPDATE
    SET "count" = "SecurityEvent"."count" + 1, "at" = excluded."at", "browser" = excluded."browser"`
}

// PostgreSQL cannot infer the type of a parameter in a SELECT list.
function timestamp(database: Database): Prisma.Sql {
  return database.engine === 'postgresql' ? Prisma.sql`::timestamp` : Prisma.empty
}

/** Takes a user's id and how many; returns the latest events of this account, newest first, in words. */
export async function listActivity(
  database: Database,
  userId: string,
  most: number,
): Promise<Activity[]> {
  const events = await database.securityEvent.findMany({
    where: { userId },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: most,
  })
  return events.map(({ kind, browser, at, count }) => ({
    words: wordsOf(kind),
    browser,
    at,
    count,
  }))
}

function wordsOf(kind: string): string {
  return kind in EVENT_WORDS ? EVENT_WORDS[kind as EventKind] : kind
}
