import { days, hours, minutes } from '../durations.ts'

/** One mail, by its template and what the template needs; times as ISO 8601, a link by its id only. */
export type Message =
  | { template: 'verify-email'; name: string; linkId: string }
  | { template: 'verify-new-email'; name: string; linkId: string }
  /** Goes to the old address. */
  | { template: 'email-changed'; name: string; newEmail: string; linkId: string }
  | { template: 'reset-password'; name: string; linkId: string }
  /** Somebody tried to register with the address of an account. */
  | { template: 'account-exists'; name: string }
  | { template: 'deletion-scheduled'; name: string; linkId: string; eraseAt: string }
  /** What happened to an account, in words such as "Password changed". */
  | SecurityNotice

type SecurityNotice = {
  template: 'security-notice'
  name: string
  words: string
  browser: string
  at: string
  /** Whether it can only have been somebody else. */
  isTheft?: boolean
}

export type TemplateName = Message['template']

/** What is the same in every mail of a template; lasts in milliseconds, null for a link without a token. */
export type Kind = { subject: string; path: string; lasts: number | null }

// No subject holds anything that a visitor typed. Each time agrees with LINK_LIFETIMES of accounts/links.ts.
export const KINDS: Readonly<Record<TemplateName, Kind>> = {
  'verify-email': {
    subject: 'Confirm your email address',
    path: '/verify-email',
    lasts: days(7),
  },
  'verify-new-email': {
    subject: 'Confirm your new email address',
    path: '/verify-email',
    lasts: days(1),
  },
  'email-changed': {
    subject: 'Your email address was changed',
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
}

/** Takes a template and when its mail was written; returns when its link is over, or null for one that never is. */
export function endOfUse(template: TemplateName, writtenAt: Date): Date | null {
  const { lasts } = KINDS[template]
  return lasts === null ? null : new Date(writtenAt.getTime() + lasts)
}
