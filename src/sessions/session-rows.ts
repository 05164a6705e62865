import { createHash } from 'node:crypto'
import type { SessionData } from 'express-session'
import type { User } from '../accounts/users.ts'
import type { Database } from '../database/database.ts'
import { minutes } from '../durations.ts'
import { parseLoginId } from './login-id.ts'

export type SessionOwner = User

export type SessionLimits = {
  /** Milliseconds without a request. */
  idle: number
  /** Milliseconds from logging in, however busy. */
  max: number
}

export type StoredSession = {
  data: string
  createdAt: Date
  lastSeenAt: Date
  owner: SessionOwner | null
}

type Row = { data: string; bornAt: Date; lastSeenAt: Date } & {
  [column in keyof SessionOwner]: SessionOwner[column] | null
}

/** Takes a session id; returns what it holds and its user, in one statement, or null unless both are alive. */
export async function findSession(
  database: Database,
  id: string,
  now: Date,
): Promise<StoredSession | null> {
  const [row] = await database.$queryRaw<Row[]>`
    SELECT s."data", s."createdAt" AS "bornAt", s."lastSeenAt",
      u."id", u."username", u."email", u."name", u."authEpoch",
      u."emailVerifiedAt", u."createdAt"
    FROM "Session" s
    LEFT JOIN "User" u ON u."id" = s."userId"
    LEFT JOIN "Device" d ON d."id" = s."deviceId"
    WHERE s."idHash" = ${hashSessionId(id)} AND s."expiresAt" > ${now}
      AND (s."userId" IS NULL OR (u."disabledAt" IS NULL AND u."deletionDueAt" IS NULL AND u."authEpoch" = s."authEpoch"))
      AND d."revokedAt" IS NULL`
  return row ? toStoredSession(row) : null
}

function toStoredSession({ data, bornAt, lastSeenAt, ...user }: Row): StoredSession {
  const owner = user.id === null ? null : (user as SessionOwner)
  return { data, createdAt: bornAt, lastSeenAt, owner }
}

/** Takes a session id; returns the form in which it rests in the database. It has 192 random bits, so a plain hash will do. */
export function hashSessionId(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** Takes a session; returns the columns of its row that say what it holds and whose it is. */
export function columnsOf(session: SessionData) {
  const { cookie: _, ...data } = session
  const owner = parseLoginId(session.passport?.user)
  return {
    data: JSON.stringify(data),
    userId: owner?.userId ?? null,
    authEpoch: owner?.authEpoch ?? null,
    deviceId: session.login?.deviceId ?? null,
  }
}

/** Takes when a session was born and last used; returns the columns that say so, and when it ends: by idleness or by age, whichever is first. */
export function timesOf(createdAt: Date, lastSeenAt: Date, { idle, max }: SessionLimits) {
  const end = Math.min(lastSeenAt.getTime() + idle, createdAt.getTime() + max)
  return { createdAt, lastSeenAt, expiresAt: new Date(end) }
}

/** How long a visit waits to be written: once a minute tells enough, unless the session could end before. */
export function timeToWrite(lastSeenAt: Date, now: Date, { idle }: SessionLimits): number {
  return Math.min(minutes(1), idle / 2) - (now.getTime() - lastSeenAt.getTime())
}
