import { randomUUID } from 'node:crypto'
import { hours } from '../durations.ts'
import { type Key, text } from '../words/words.ts'
import { type Change, type Reader, writeMail } from './change.ts'

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

/** The user whom a notice is for. */
type Notified = Reader & { id: string; email: string; emailVerifiedAt: Date | null }

/** Those that the catalogue has a notice about. */
type NoticeKind = {
  [Kind in EventKind]: `mail.notice.${Kind}` extends Key ? Kind : never
}[EventKind]

/** The name of an event in the log. */
export function logNameOf(kind: EventKind): string {
  return EVENTS[kind].log
}

/** Returns how often it happened in this hour, which is 1 for one that is not merged. */
export async function recordEvent(
  { tables, at, by }: Change,
  userId: string,
  kind: EventKind,
  deviceId: string | null = null,
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

/** A merged event sends no second notice; an unverified email gets none. */
export async function recordAndNotify(
  change: Change,
  user: Notified,
  kind: NoticeKind,
  deviceId: string | null = null,
): Promise<void> {
  const count = await recordEvent(change, user.id, kind, deviceId)
  if (count === 1 && user.emailVerifiedAt) await notify(change, user, user.email, kind)
}

// Fewer are slips of the fingers.
const SUSPICIOUS = 5

/** Records that a user who is logged in gave a wrong password, and notifies the user once an hour when it goes on. */
export async function recordWrongPassword(change: Change, user: Notified): Promise<void> {
  const kind = 'password-check-failed'
  const count = await recordEvent(change, user.id, kind)
  if (count === SUSPICIOUS && user.emailVerifiedAt) await notify(change, user, user.email, kind)
}

/** Tells a former email that its link to take the account back is void, by what happened. */
export function notifyFormer(change: Change, user: Notified, to: string, kind: NoticeKind) {
  return notify(change, user, to, kind, true)
}

function notify(change: Change, user: Notified, to: string, kind: NoticeKind, endsWayBack = false) {
  return writeMail(change, user, to, {
    template: 'security-notice',
    words: text(`mail.notice.${kind}`),
    isGrave: endsWayBack || 'isGrave' in EVENTS[kind],
    isTheft: kind === 'remember-token-stolen',
    endsWayBack,
  })
}

/** What the user reads of an event. */
export function textOf(kind: string): Key {
  return isKnown(kind) ? `event.${kind}` : 'event.unknown'
}

/** An event of a later release is one of the account. */
export function groupOf(kind: string): EventGroup {
  return isKnown(kind) ? EVENTS[kind].group : 'account'
}

function isKnown(kind: string): kind is EventKind {
  return Object.hasOwn(EVENTS, kind)
}

export function listKinds(group: EventGroup): EventKind[] {
  return (Object.keys(EVENTS) as EventKind[]).filter((kind) => EVENTS[kind].group === group)
}
