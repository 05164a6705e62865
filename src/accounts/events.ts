import { randomUUID } from 'node:crypto'
import type { Database, SecurityEvent, Tables } from '../database/database.ts'
import { hours } from '../durations.ts'
import { enqueue } from '../mail/outbox.ts'
import { displayNameOf } from './users.ts'

type Vocabulary = Record<string, { text: string; isMerged?: true }>

/** Every security event, in the words that the activity page and emails use. Merged events are counted per hour and device. */
const EVENTS = {
  registered: { text: 'Account created' },
  'logged-in': { text: 'Logged in' },
  'new-device': { text: 'Logged in from a new browser' },
  remembered: { text: 'Recognised by “keep me logged in”', isMerged: true },
  reauthenticated: { text: 'Password confirmed', isMerged: true },
  'login-failed': { text: 'Failed attempt to log in', isMerged: true },
  'password-check-failed': {
    text: 'Wrong password entered in a browser that is logged in',
    isMerged: true,
  },
  'password-changed': { text: 'Password changed' },
  'reset-requested': { text: 'Requested a link to choose a new password', isMerged: true },
  'password-reset': { text: 'New password chosen through a link' },
  'email-verified': { text: 'Email verified' },
  'email-changed': { text: 'Email changed' },
  'email-change-undone': { text: 'Change of email undone' },
  'email-undo-disputed': { text: 'The email that was replaced objected to undoing the change' },
  'profile-changed': { text: 'Profile changed', isMerged: true },
  exported: { text: 'Data downloaded', isMerged: true },
  'deletion-requested': { text: 'Deletion requested' },
  restored: { text: 'Account restored' },
  'device-logged-out': { text: 'Another browser was logged out', isMerged: true },
  'others-logged-out': { text: 'All other browsers were logged out', isMerged: true },
  'remember-token-stolen': {
    text: 'A copied “keep me logged in” cookie was used; that browser was logged out',
  },
  'created-by-operator': { text: 'Account created by the operator' },
  imported: { text: 'Account imported from another program' },
  disabled: { text: 'Account disabled by the operator' },
  enabled: { text: 'Account enabled by the operator' },
  'logged-out-by-operator': { text: 'Logged out everywhere by the operator' },
  'reset-link-by-operator': { text: 'Link to choose a new password made by the operator' },
} as const satisfies Vocabulary

export type EventKind = keyof typeof EVENTS

export type NewEvent = {
  userId: string
  kind: EventKind
  at: Date
  browser: string
  deviceId?: string | null
}

/** The user whom a notice is for. */
export type Notified = {
  id: string
  email: string
  emailVerifiedAt: Date | null
  name: string | null
  username: string
}

export type Activity = { words: string; browser: string; at: Date; count: number }

/** Records the event in the transaction of the change; false when it was merged into an earlier one. */
export async function recordEvent(tables: Tables, event: NewEvent): Promise<boolean> {
  if ('isMerged' in EVENTS[event.kind]) return (await countEvent(tables, event)) === 1
  await tables.securityEvent.create({ data: { id: randomUUID(), deviceId: null, ...event } })
  return true
}

async function countEvent(tables: Tables, event: NewEvent): Promise<number> {
  const { kind, at, browser, deviceId, userId } = event
  const hour = Math.floor(at.getTime() / hours(1))
  const id = `${kind} ${hour} ${deviceId ?? userId}`
  const { count } = await tables.securityEvent.upsert({
    where: { id },
    create: { id, deviceId: null, ...event },
    update: { at, browser, count: { increment: 1 } },
  })
  return count
}

/** Records the event and notifies the user, both or neither. A merged event sends no second notice; an unverified email gets none. */
export async function recordAndNotify(
  tables: Tables,
  user: Notified,
  event: Omit<NewEvent, 'userId'>,
): Promise<void> {
  const isNew = await recordEvent(tables, { userId: user.id, ...event })
  if (isNew && user.emailVerifiedAt) await notify(tables, user, user.email, event)
}

// Fewer are slips of the fingers.
const SUSPICIOUS = 5

/** Records that a user who is logged in gave a wrong password, and notifies the user once an hour when it goes on. */
export async function recordWrongPassword(
  tables: Tables,
  user: Notified,
  { at, browser }: { at: Date; browser: string },
): Promise<void> {
  const event = { kind: 'password-check-failed', at, browser } as const
  const count = await countEvent(tables, { userId: user.id, ...event })
  if (count === SUSPICIOUS && user.emailVerifiedAt) await notify(tables, user, user.email, event)
}

/** Sends a notice about an event to an email of the user. */
export async function notify(
  tables: Tables,
  user: Pick<Notified, 'id' | 'name' | 'username'>,
  to: string,
  { kind, browser, at }: Omit<NewEvent, 'userId'>,
): Promise<void> {
  const message = {
    template: 'security-notice',
    name: displayNameOf(user),
    words: EVENTS[kind].text,
    browser,
    at: at.toISOString(),
    isTheft: kind === 'remember-token-stolen',
  } as const
  await enqueue(tables, { userId: user.id, to, at, message })
}

const SHOWN: (keyof SecurityEvent)[] = ['kind', 'browser', 'at', 'count']

const LIST_ACTIVITY = `
  SELECT ${SHOWN.map((column) => `"${column}"`).join(', ')} FROM "SecurityEvent"
  WHERE "userId" = $1 ORDER BY "at" DESC, "id" DESC LIMIT $2`

/** The latest events of an account, newest first. */
export async function listActivity(
  database: Database,
  userId: string,
  most: number,
): Promise<Activity[]> {
  const events = await database.read<SecurityEvent>(LIST_ACTIVITY, [userId, most])
  return events.map(({ kind, browser, at, count }) => ({ words: textOf(kind), browser, at, count }))
}

function textOf(kind: string): string {
  return kind in EVENTS ? EVENTS[kind as EventKind].text : kind
}
