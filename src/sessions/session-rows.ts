import { hash } from 'node:crypto'
import type { SessionData } from 'express-session'
import { type Activity, readLatest, selectLatest } from '../accounts/activity.ts'
import type { User } from '../accounts/users.ts'
import { latestPossible } from '../clock.ts'
import type { Database, Tables } from '../database/database.ts'
import type { Engine } from '../database/database-url.ts'
import { minutes } from '../durations.ts'
import { memoize } from '../memoize.ts'

// Typed so that a new column of User must be added here.
const USER_COLUMNS: Record<keyof User, true> = {
  id: true,
  username: true,
  email: true,
  name: true,
  language: true,
  timeZone: true,
  authEpoch: true,
  emailVerifiedAt: true,
  createdAt: true,
}

const SELECTED = Object.keys(USER_COLUMNS)
  .map((column) => `u."${column}"`)
  .join(', ')

function selectSession(alsoSelected = ''): string {
  return `
    SELECT ${alsoSelected} s."data", s."createdAt" AS "startedAt", s."lastSeenAt", ${SELECTED}
    FROM "Session" s
    LEFT JOIN "User" u ON u."id" = s."userId"
    LEFT JOIN "Device" d ON d."id" = s."deviceId"
    WHERE s."idHash" = $1 AND s."expiresAt" > $2 AND s."lastSeenAt" <= $3
      AND (s."userId" IS NULL OR (u."authEpoch" = s."authEpoch"
        AND u."disabledAt" IS NULL AND u."deletionDueAt" IS NULL))
      AND d."revokedAt" IS NULL`
}

const FIND_SESSION = selectSession()

const withActivity = (engine: Engine) =>
  selectSession(`${selectLatest('s."userId"', engine)} AS "activity",`)

const FIND_WITH_ACTIVITY: Record<Engine, string> = {
  sqlite: withActivity('sqlite'),
  postgresql: withActivity('postgresql'),
}

export type SessionLimits = {
  /** Milliseconds without a request. */
  idle: number
  /** Milliseconds from the last password, however busy. */
  max: number
}

export type StoredSession = {
  data: string
  /** The absolute end counts from here. */
  createdAt: Date
  lastSeenAt: Date
  user: User | null
  /** The latest events of the user, where they were asked for. */
  activity?: Activity[] | undefined
}

const ROW = Symbol('row')

type WithRow = object & { [ROW]?: { session: object; row: StoredSession } }

// A handler may copy everything from a session to the one that takes its place: that has no row yet.
export function readRow(session: WithRow | undefined): StoredSession | undefined {
  const kept = session?.[ROW]
  return kept?.session === session ? kept?.row : undefined
}

// Not enumerable, so that no copy overwrites the row that the other session has.
export function keepRow(session: WithRow, row: StoredSession): void {
  Object.defineProperty(session, ROW, { value: { session, row }, writable: true })
}

type Row = {
  data: string
  startedAt: Date
  lastSeenAt: Date
  activity?: string | null
} & {
  [column in keyof User]: User[column] | null
}

/** What a session holds and its user, in one statement; null unless both are alive. */
export async function findSession(
  database: Database,
  id: string,
  now: Date,
  needsActivity = false,
): Promise<StoredSession | null> {
  const statement = needsActivity ? FIND_WITH_ACTIVITY[database.engine] : FIND_SESSION
  const [row] = await database.read<Row>(statement, [hashSessionId(id), now, latestPossible(now)])
  return row ? toStoredSession(row) : null
}

/** False when it was deleted before. */
export async function deleteSession(tables: Tables, id: string): Promise<boolean> {
  const { count } = await tables.session.deleteMany({ where: { idHash: hashSessionId(id) } })
  return count === 1
}

function toStoredSession({ data, startedAt, lastSeenAt, activity, ...user }: Row): StoredSession {
  const found = user.id === null ? null : (user as User)
  const events = activity === undefined ? undefined : readLatest(activity)
  return { data, createdAt: startedAt, lastSeenAt, user: found, activity: events }
}

/** The hash under which a session is stored. An id has 192 random bits, so it needs no salt. */
export const hashSessionId = memoize((id: string) => hash('sha256', id, 'base64url'))

/** The hash of a row that records for a while that one session replaced another. No cookie can name it. */
export function replacementKey(id: string): string {
  return hashSessionId(`replaced ${id}`)
}

export function parseSession({ data, createdAt }: StoredSession): SessionData {
  const session: SessionData = JSON.parse(data)
  session.cookie = { originalMaxAge: null }
  if (session.login) {
    // Releases before this one kept neither.
    session.login.since ??= createdAt.getTime()
    session.login.notAfter ??= null
  }
  return session
}

/** What a session holds and whose it is, as columns. */
export function columnsOf(session: SessionData) {
  const { cookie: _, ...data } = session
  const user = parseLoginId(session.passport?.user)
  return {
    data: JSON.stringify(data),
    userId: user?.userId ?? null,
    authEpoch: user?.authEpoch ?? null,
    deviceId: session.login?.deviceId ?? null,
  }
}

/** When a session ends: by idleness or by age, whichever is first. */
export function timesOf(createdAt: Date, lastSeenAt: Date, { idle, max }: SessionLimits) {
  const end = Math.min(lastSeenAt.getTime() + idle, createdAt.getTime() + max)
  return { createdAt, lastSeenAt, expiresAt: new Date(end) }
}

/** A session that a remember cookie restored does not outlive its series. */
export function limitsOf({ login }: SessionData, { idle, max }: SessionLimits): SessionLimits {
  const end = login?.notAfter ?? null
  return { idle, max: end === null ? max : Math.min(max, end - login.since) }
}

/** Milliseconds until a visit is to be written: once a minute is enough, unless the session could end before. */
export function timeToWrite(lastSeenAt: Date, now: Date, { idle }: SessionLimits): number {
  return Math.min(minutes(1), idle / 2) - (now.getTime() - lastSeenAt.getTime())
}

/** A user who is logged in, and the epoch: raising User.authEpoch ends whatever carries an older one. */
export type LoginId = { userId: string; authEpoch: number }

/** The text by which sessions and remember series name a user. */
export function formatLoginId({ id, authEpoch }: { id: string; authEpoch: number }): string {
  return `${id}.${authEpoch}`
}

export function parseLoginId(loginId: string | undefined): LoginId | null {
  const [userId, authEpoch] = loginId?.split('.') ?? []
  return userId && authEpoch ? { userId, authEpoch: Number(authEpoch) } : null
}
