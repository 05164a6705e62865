import { readFileSync } from 'node:fs'
import type { Message } from '../../../src/mail/messages.ts'

export const linkId = 'link-1'

/** One email of each template, the last about a new password. */
export const mailTo = (name: string): Message[] => [
  { template: 'verify-email', name, linkId },
  { template: 'verify-new-email', name, linkId },
  { template: 'email-changed', name, newEmail: 'new@example.org', linkId },
  { template: 'reset-password', name, linkId },
  { template: 'account-exists', name },
  { template: 'deletion-scheduled', name, linkId, deletionDueAt: '2026-03-15T12:00:00Z' },
  {
    template: 'security-notice',
    name,
    words: 'mail.notice.password-changed',
    browser: 'Edge',
    ip: '203.0.113.7',
  },
]

const SOURCE = new URL('../../../src/words/en.json', import.meta.url)

/** Each of them, in every wording that it has. */
export function listWordings(name: string): Message[] {
  const notice = { template: 'security-notice', name, words: '', browser: 'Edge' } as const
  const happened = Object.keys(JSON.parse(readFileSync(SOURCE, 'utf8'))).filter((key) =>
    key.startsWith('mail.notice.'),
  )
  return [
    ...mailTo(name),
    ...mailTo(''),
    { template: 'email-changed', name, newEmail: 'new@example.org' },
    { template: 'email-change-undone', name, linkId },
    { ...notice, words: 'mail.notice.remember-token-stolen', isTheft: true },
    { ...notice, words: 'mail.notice.password-reset', endsWayBack: true },
    ...happened.map((words) => ({ ...notice, words })),
  ]
}
