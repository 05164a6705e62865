import type { EventKind } from '../accounts/events.ts'
import { type Database, Prisma } from '../database/database.ts'
import { hashSessionId, replacementKey } from './session-rows.ts'

// A browser that was logged out from elsewhere is told why, once.

const WORDS: Partial<Record<EventKind, string>> = {
  'device-logged-out': 'This browser was logged out from another browser.',
  'remember-token-stolen':
    'This browser was logged out: a copy of its “keep me logged in” cookie was used.',
  'others-logged-out': 'All browsers but one were logged out, and this one with them.',
  'password-changed': 'Your password was changed, which logged this browser out.',
  'password-reset': 'Your password was changed, which logged this browser out.',
  'email-change-undone': 'A change of your email was undone, which logged this browser out.',
  'deletion-requested': 'This account is to be deleted, which logged this browser out.',
  'logged-out-by-operator': 'The operator of this site logged this browser out.',
  disabled: 'The operator of this site logged this browser out.',
}

const OF_DEVICE = ['device-logged-out', 'remember-token-stolen']
const OF_ACCOUNT = Object.keys(WORDS).filter((kind) => !OF_DEVICE.includes(kind))

/** How a session ended, in words. */
export function formatSessionEnd(how: string): string {
  return WORDS[how as EventKind] ?? 'Your session has ended.'
}

export type SessionEnd = { how: string; deviceId: string | null }

type Row = {
  idHash: string
  data: string
  isRevoked: boolean | number
  isOver: boolean | number
  kind: string
}

/** How the session ended that a browser still names: `replaced`, the kind of an event, or `expired`. In one statement. */
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
  if (replacement) return { how: 'replaced', deviceId: JSON.parse(replacement.data).deviceId }
  const [row] = rows
  return { how: row && (row.isRevoked || row.isOver) ? row.kind : 'expired', deviceId: null }
}
