import type { Key, Text } from '../words/words.ts'
import { readText } from '../words/words.ts'
import type { Message } from './messages.ts'

/** The texts of an email, in no language yet. No subject holds what a visitor typed. */
export type Wording = { subject: Text; what: Key; action: Key; otherwise: Key }

export function wordingOf(message: Message): Wording {
  const variant = variantOf(message)
  const subject =
    message.template === 'security-notice'
      ? readText(message.words)
      : (`mail.${message.template}.subject` as const)
  return {
    subject,
    what: `mail.${variant}.what`,
    action: `mail.${variant}.action`,
    otherwise: `mail.${variant}.otherwise`,
  }
}

// Two templates have more than one wording.
function variantOf(message: Message) {
  if (message.template === 'email-changed' && !message.linkId) return 'email-changed-unverified'
  if (message.template !== 'security-notice') return message.template
  if (message.endsWayBack) return 'security-notice-former'
  return message.isTheft ? 'security-notice-theft' : 'security-notice'
}
