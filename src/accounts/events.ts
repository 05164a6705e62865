import { randomUUID } from 'node:crypto'
import type { Database, SecurityEvent, Tables } from '../database/database.ts'
import { hours } from '../durations.ts'
import { enqueue } from '../mail/outbox.ts'
import { type Key, type Text, text } from '../words/words.ts'
import { headOf, type Reader } from './letters.ts'

type Vocabulary = Record<string, { log: string; isMerged?: true; isGrave?: true }>

/** Every security event: its name in the OWASP logging vocabulary. The catalogue has its text. Merged events are counted per hour and device; a grave one takes the account out of the hands of its user, or may. */
const EVENTS = {
  registered: { log: 'user_created' },
  'logged-in': { log: 'authn_login_success' },
  'new-device': { log: 'authn_login_success' },
  remembered: { log: 'session_renewed', isMerged: true },
  reauthenticated: { log: 'authn_reauthentication_success', isMerged: true },
  'login-failed': { log: 'authn_login_fail', isMerged: true },
  'password-check-failed': { log: 'authn_reauthentication_fail', isMerged: true },
  'password-changed': { log: 'authn_password_change', isGrave: true },
  'reset-requested': { log: 'authn_token_created', isMerged: true },
  'password-reset': { log: 'authn_password_change', isGrave: true },
  'email-verified': { log: 'user_updated' },
  'email-changed': { log: 'user_updated' },
  'email-change-undone': { log: 'user_updated', isGrave: true },
  'email-undo-disputed': { log: 'account_disputed', isGrave: true },
  'username-changed': { log: 'user_updated', isGrave: true },
  'profile-changed': { log: 'user_updated', isMerged: true },
  exported: { log: 'sensitive_read', isMerged: true },
  'deletion-requested': { log: 'user_deleted' },
  restored: { log: 'user_updated' },
  'device-logged-out': { log: 'authn_token_revoked', isMerged: true },
  'others-logged-out': { log: 'authn_token_revoked', isMerged: true },
  'remember-token-stolen': { log: 'authn_token_reuse', isGrave: true },
  'created-by-operator': { log: 'user_created' },
  imported: { log: 'user_created' },
  disabled: { log: 'user_updated' },
  enabled: { log: 'user_updated' },
  'logged-out-by-operator': { log: 'authn_token_revoked' },
  'reset-link-by-operator': { log: 'authn_token_created' },
} as const satisfies Vocabulary

export type EventKind = keyof typeof EVENTS

/** Who makes a change: from where, and how the log line of their request hears of it. */
export type Actor = {
  browser: string
  ip?: string | null
  /** Of the pages that they see. */
  language?: string | null
  note?: (event: { kind: EventKind; event: string; userId: string }) => void
}

export type NewEvent = {
  userId: string
  kind: EventKind
  at: Date
  by: Actor
  deviceId?: string | null
}

/** What a job keeps of them. */
export function asColumns({ browser, ip = null, language = null }: Actor) {
  return { browser, ip, language }
}

/** The user whom a notice is for. */
export type Notified = Reader & { id: string; email: string; emailVerifiedAt: Date | null }

/** Those that the catalogue has a notice about. */
export type NoticeKind = {
  [Kind in EventKind]: `mail.notice.${Kind}` extends Key ? Kind : never
}[EventKind]

type NoticedEvent = Omit<NewEvent, 'userId'> & { kind: NoticeKind }

export type Activity = { text: Text; browser: string; at: Date; count: number }

/** The name of an event in the log. */
export function logNameOf(kind: EventKind): string {
  return EVENTS[kind].log
}

/** Records the event in the transaction of the change. Returns how often it happened in this hour, which is 1 for one that is not merged. */
export async function recordEvent(
  tables: Tables,
  { userId, kind, at, by, deviceId = null }: NewEvent,
): Promise<number> {
  const { browser } = by
  const hour = Math.floor(at.getTime() / hours(1))
  const isMerged = 'isMerged' in EVENTS[kind]
  const id = isMerged ? `${kind} ${hour} ${deviceId ?? userId}` : randomUUID()
  const { count } = await tables.securityEvent.upsert({
    where: { id },
    create: { id, userId, kind, at, browser, deviceId },
    update: { at, browser, count: { increment: 1 } },
  })
  by.note?.({ kind, event: logNameOf(kind), userId })
  return count
}

/** Records the event and notifies the user, both or neither. A merged event sends no second notice; an unverified email gets none. */
export async function recordAndNotify(
  tables: Tables,
  user: Notified,
  event: NoticedEvent,
): Promise<void> {
  const count = await recordEvent(tables, { userId: user.id, ...event })
  if (count === 1 && user.emailVerifiedAt) await notify(tables, user, user.email, event)
}

// Fewer are slips of the fingers.
const SUSPICIOUS = 5

/** Records that a user who is logged in gave a wrong password, and notifies the user once an hour when it goes on. */
export async function recordWrongPassword(
  tables: Tables,
  user: Notified,
  { at, by }: Pick<NewEvent, 'at' | 'by'>,
): Promise<void> {
  const event = { kind: 'password-check-failed', at, by } as const
  const count = await recordEvent(tables, { userId: user.id, ...event })
  if (count === SUSPICIOUS && user.emailVerifiedAt) await notify(tables, user, user.email, event)
}

/** Sends a notice about an event to an email of the user. */
export async function notify(
  tables: Tables,
  user: Reader & { id: string },
  to: string,
  { kind, by, at, endsWayBack = false }: NoticedEvent & { endsWayBack?: boolean },
): Promise<void> {
  const message = {
    ...headOf(user, by),
    template: 'security-notice',
    words: text(`mail.notice.${kind}`),
    isGrave: endsWayBack || 'isGrave' in EVENTS[kind],
    isTheft: kind === 'remember-token-stolen',
    endsWayBack,
  } as const
  await enqueue(tables, { userId: user.id, to, at, message })
}

const SHOWN: (keyof SecurityEvent)[] = ['kind', 'browser', 'at', 'count']

const LIST_ACTIVITY = `
  SELECT ${SHOWN.map((column) => `"${column}"`).join(', ')} FROM "SecurityEvent"
  WHERE "userId" = $1 ORDER BY "at" DESC LIMIT $2`

/** The latest events of an account, newest first. */
export async function listActivity(
  database: Database,
  userId: string,
  most: number,
): Promise<Activity[]> {
  const events = await database.read<SecurityEvent>(LIST_ACTIVITY, [userId, most])
  return events.map(({ kind, browser, at, count }) => ({ text: textOf(kind), browser, at, count }))
}

function textOf(kind: string): Key {
  return kind in EVENTS ? `event.${kind as EventKind}` : 'event.unknown'
}
