import { days, hours, minutes } from '../durations.ts'

/** One email, by its template and what the template needs; times as ISO 8601, a link by its id. */
export type Message =
  | { template: 'verify-email'; name: string; linkId: string }
  | { template: 'verify-new-email'; name: string; linkId: string }
  /** To the old email; without a link where that was never verified. */
  | { template: 'email-changed'; name: string; newEmail: string; linkId?: string }
  /** To the email that undoing a change has replaced. */
  | { template: 'email-change-undone'; name: string; linkId: string }
  | { template: 'reset-password'; name: string; linkId: string }
  /** A registration named the email of an account. */
  | { template: 'account-exists'; name: string }
  | { template: 'deletion-scheduled'; name: string; linkId: string; deletionDueAt: string }
  | SecurityNotice

/** What happened to an account. */
type SecurityNotice = {
  template: 'security-notice'
  name: string
  /** Made by `text`; English in rows of an older release. */
  words: string
  browser: string
  at: string
  /** Certainly not the user. */
  isTheft?: boolean
  /** To a former email, whose link to take the account back is void now. */
  endsWayBack?: boolean
}

export type TemplateName = Message['template']

/** Lower is sent first: a flood of notices must not delay a reset. */
export const LANES: Readonly<Record<TemplateName, number>> = {
  'reset-password': 0,
  'verify-email': 0,
  'verify-new-email': 0,
  'email-changed': 0,
  'email-change-undone': 0,
  'deletion-scheduled': 0,
  'account-exists': 1,
  'security-notice': 1,
}

type Kind = { subject: string; path: string; lasts: number | null }

/** What is the same in every email of a template; lasts in ms, null for a link without a token. No subject holds what a visitor typed. */
export const KINDS = {
  'verify-email': { subject: 'Verify your email', path: '/verify-email', lasts: days(7) },
  'verify-new-email': { subject: 'Verify your new email', path: '/verify-email', lasts: days(1) },
  'email-changed': { subject: 'Your email was changed', path: '/undo-email', lasts: hours(72) },
  'email-change-undone': {
    subject: 'The change of your email was undone',
    path: '/undo-email',
    lasts: hours(72),
  },
  'reset-password': {
    subject: 'Choose a new password',
    path: '/reset-password',
    lasts: minutes(60),
  },
  'account-exists': {
    subject: 'You already have an account',
    path: '/forgot-password',
    lasts: null,
  },
  'deletion-scheduled': {
    subject: 'Your account will be deleted',
    path: '/restore-account',
    lasts: days(14),
  },
  'security-notice': {
    subject: 'Something happened on your account',
    path: '/forgot-password',
    lasts: null,
  },
} as const satisfies Record<TemplateName, Kind>

/** When the link of an email written at this time stops working; null for one that never does. */
export function endOfUse(template: TemplateName, writtenAt: Date): Date | null {
  const { lasts } = KINDS[template]
  return lasts === null ? null : new Date(writtenAt.getTime() + lasts)
}
