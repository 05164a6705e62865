import { days, hours, minutes } from '../durations.ts'

/** One email: to whom, who had it sent, and what its template needs; times as ISO 8601, a link by its id. */
export type Message = Head & Content

/** Rows of an older release have a name only. */
type Head = {
  name: string
  /** Null: DEFAULT_LANGUAGE. */
  language?: string | null
  /** Null: UTC. */
  timeZone?: string | null
  browser?: string
  ip?: string | null
}

export type Content =
  | { template: 'verify-email'; linkId: string }
  | { template: 'verify-new-email'; linkId: string }
  /** To the old email; without a link where that was never verified. */
  | { template: 'email-changed'; newEmail: string; linkId?: string }
  /** To the email that undoing a change has replaced. */
  | { template: 'email-change-undone'; linkId: string }
  | { template: 'reset-password'; linkId: string }
  /** A registration named the email of an account. */
  | { template: 'account-exists' }
  | { template: 'deletion-scheduled'; linkId: string; deletionDueAt: string }
  /** By the operator. */
  | { template: 'account-erased' }
  | SecurityNotice

/** What happened to an account. */
type SecurityNotice = {
  template: 'security-notice'
  /** Made by `text`; English in rows of an older release. */
  words: string
  /** Of what takes an account out of the hands of its user. */
  isGrave?: boolean
  /** Certainly not the user. */
  isTheft?: boolean
  /** To a former email, whose link to take the account back is void now. */
  endsWayBack?: boolean
}

export type TemplateName = Message['template']

const LANES: Readonly<Record<TemplateName, number>> = {
  'reset-password': 0,
  'verify-email': 0,
  'verify-new-email': 0,
  'email-changed': 0,
  'email-change-undone': 0,
  'deletion-scheduled': 0,
  'account-erased': 0,
  'account-exists': 1,
  'security-notice': 1,
}

/** Lower is sent first: a flood of notices must not delay a reset. */
export function laneOf(message: Message): number {
  return isGrave(message) ? 0 : LANES[message.template]
}

/** What its recipient can have too many of in an hour. A thief could have many lesser notices sent before a grave one. */
export function countedAs(message: Message): string {
  return 'words' in message && isGrave(message) ? message.words : message.template
}

function isGrave(message: Message): boolean {
  return message.template === 'security-notice' && message.isGrave === true
}

type Kind = { path: string; lasts: number | null }

/** Where the link of each template leads; lasts in ms, null for a link without a token. */
export const KINDS = {
  'verify-email': { path: '/verify-email', lasts: days(7) },
  'verify-new-email': { path: '/verify-email', lasts: days(1) },
  'email-changed': { path: '/undo-email', lasts: hours(72) },
  'email-change-undone': { path: '/undo-email', lasts: hours(72) },
  'reset-password': { path: '/reset-password', lasts: minutes(60) },
  'account-exists': { path: '/forgot-password', lasts: null },
  'deletion-scheduled': { path: '/restore-account', lasts: days(14) },
  'account-erased': { path: '/', lasts: null },
  'security-notice': { path: '/forgot-password', lasts: null },
} as const satisfies Record<TemplateName, Kind>

/** When the link of an email written at this time stops working; null for one that never does. */
export function endOfUse(template: TemplateName, writtenAt: Date): Date | null {
  const { lasts } = KINDS[template]
  return lasts === null ? null : new Date(writtenAt.getTime() + lasts)
}
