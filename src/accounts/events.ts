import { randomUUID } from 'node:crypto'
import type { Tables } from '../database/database.ts'
import { hours } from '../durations.ts'
import { enqueue } from '../mail/outbox.ts'
import { type Key, text } from '../words/words.ts'
import { headOf, type Reader } from './letters.ts'

export const EVENT_GROUPS = ['login', 'warning', 'password', 'account'] as const

export type EventGroup = (typeof EVENT_GROUPS)[number]

type Vocabulary = Record<
  string,
  { group: EventGroup; log: string; isMerged?: true; isGrave?: true }
>

/** Every security event: what its reader looks for it under, and its name in the OWASP logging vocabulary. The catalogue has its text. Merged events are counted per hour and device; a grave one takes the account out of the hands of its user, or may. */
const EVENTS = {
  registered: { group: 'account', log: 'user_created' },
  'logged-in': { group: 'login', log: 'authn_login_success' },
  'new-device': { group: 'login', log: 'authn_login_success' },
  remembered: { group: 'login', log: 'session_renewed', isMerged: true },
  reauthenticated: { group: 'login', log: 'authn_reauthentication_success', isMerged: true },
  'login-failed': { group: 'warning', log: 'authn_login_fail', isMerged: true },
  'password-check-failed': { group: 'warning', log: 'authn_reauthentication_fail', isMerged: true },
  'password-changed': { group: 'password', log: 'authn_password_change', isGrave: true },
  'reset-requested': { group: 'password', log: 'authn_token_created', isMerged: true },
  'password-reset': { group: 'password', log: 'authn_password_change', isGrave: true },
  'email-verified': { group: 'account', log: 'user_updated' },
  'email-changed': { group: 'account', log: 'user_updated' },
  'email-change-undone': { group: 'account', log: 'user_updated', isGrave: true },
  'email-undo-disputed': { group: 'warning', log: 'account_disputed', isGrave: true },
  'username-changed': { group: 'account', log: 'user_updated', isGrave: true },
  'profile-changed': { group: 'account', log: 'user_updated', isMerged: true },
  exported: { group: 'account', log: 'sensitive_read', isMerged: true },
  'deletion-requested': { group: 'account', log: 'user_deleted' },
  restored: { group: 'account', log: 'user_updated' },
  'device-logged-out': { group: 'login', log: 'authn_token_revoked', isMerged: true },
  'others-logged-out': { group: 'login', log: 'authn_token_revoked', isMerged: true },
  'remember-token-stolen': { group: 'warning', log: 'authn_token_reuse', isGrave: true },
  'created-by-operator': { group: 'account', log: 'user_created' },
  imported: { group: 'account', log: 'user_created' },
  disabled: { group: 'account', log: 'user_updated' },
  enabled: { group: 'account', log: 'user_updated' },
  unlocked: { group: 'account', log: 'user_updated' },
  'logged-out-by-operator': { group: 'login', log: 'authn_token_revoked' },
  'reset-link-by-operator': { group: 'password', log: 'authn_token_created' },
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

/** What the user reads of an event. */
export function textOf(kind: string): Key {
  return kind in EVENTS ? `event.${kind as EventKind}` : 'event.unknown'
}

/** An event of a later release is one of the account. */
export function groupOf(kind: string): EventGroup {
  return kind in EVENTS ? EVENTS[kind as EventKind].group : 'account'
}

export function listKinds(group: EventGroup): EventKind[] {
  return (Object.keys(EVENTS) as EventKind[]).filter((kind) => EVENTS[kind].group === group)
}
