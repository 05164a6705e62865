import type { SessionData } from 'express-session'
import type { EventKind } from '../accounts/events.ts'
import type { SessionEnd } from '../auth/ended-session.ts'
import { type Database, Prisma, type Tables } from '../database/database.ts'
import { seconds } from '../durations.ts'
import { type Key, text } from '../words/words.ts'
import { hashSessionId, replacementKey } from './session-rows.ts'

// A browser that was logged out from elsewhere is told why, once.

const WORDS: Partial<Record<EventKind, Key>> = {
  'device-logged-out': 'session-end.device-logged-out',
  'remember-token-stolen': 'session-end.remember-token-stolen',
  'others-logged-out': 'session-end.others-logged-out',
  'password-changed': 'session-end.password-changed',
  'password-reset': 'session-end.password-changed',
  'email-change-undone': 'session-end.email-change-undone',
  'deletion-requested': 'session-end.deletion-requested',
  'logged-out-by-operator': 'session-end.by-operator',
  disabled: 'session-end.by-operator',
}

const OF_DEVICE = ['device-logged-out', 'remember-token-stolen']
const OF_ACCOUNT = Object.keys(WORDS).filter((kind) => !OF_DEVICE.includes(kind))

type Row = {
  idHash: string
  data: string
  isRevoked: boolean | number
  isOver: boolean | number
  kind: EventKind
}

/** How the session ended that a browser still names, in one statement. */
export async function findSessionEnd(
  database: Database,
  id: string,
  now: Date,
): Promise<SessionEnd> {
  const key = replacementKey(id)
  const rows = await database.$queryRaw<Row[]>`
    SELECT s."idHash", s."data", d."revokedAt" IS NOT NULL AS "isRevoked",
      u."authEpoch" <> s."authEpoch" OR u."disabledAt" IS NOT NULL
        OR u."deletionDueAt" IS NOT NULL AS "isOver",
      (SELECT e."kind" FROM "SecurityEvent" e
        WHERE e."userId" = s."userId" AND e."at" >= s."createdAt"
          AND (e."kind" IN (${Prisma.join(OF_ACCOUNT)})
            OR e."deviceId" = s."deviceId" AND e."kind" IN (${Prisma.join(OF_DEVICE)}))
        ORDER BY e."at" DESC LIMIT 1) AS "kind"
    FROM "Session" s
    LEFT JOIN "User" u ON u."id" = s."userId"
    LEFT JOIN "Device" d ON d."id" = s."deviceId"
    WHERE s."idHash" = ${hashSessionId(id)}
      OR s."idHash" = ${key} AND s."expiresAt" > ${now}`
  const replacement = rows.find(({ idHash }) => idHash === key)
  if (replacement) {
    const { deviceId } = JSON.parse(replacement.data)
    return { isReplaced: true, message: null, deviceId }
  }
  const [row] = rows
  const wasEnded = row && (row.isRevoked || row.isOver)
  const said = (wasEnded && WORDS[row.kind]) || 'session-end.expired'
  return { isReplaced: false, message: text(said), deviceId: null }
}

// Until then a request with the old id may be under way.
const REPLACEMENT_KNOWN_FOR = seconds(30)

/** Notes that a session gave way to another of the same login: an answer to a request that was under way must not clear the new cookie. */
export async function noteReplacement(
  tables: Tables,
  id: string,
  { login }: SessionData,
  now: Date,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + REPLACEMENT_KNOWN_FOR)
  const data = JSON.stringify({ deviceId: login?.deviceId ?? null })
  const row = { data, createdAt: now, lastSeenAt: now, expiresAt }
  const idHash = replacementKey(id)
  await tables.session.upsert({ where: { idHash }, create: { idHash, ...row }, update: row })
}
