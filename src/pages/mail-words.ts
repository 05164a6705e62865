import { canMail, type Settings } from '../settings/settings.ts'
import type { Text } from '../words/words.ts'

/** What to add to a message about mail, where mail does not simply go out. */
export function sayWhereMailGoes(settings: Settings): Text[] {
  if (!canMail(settings)) return ['mail.no-way-out']
  return settings.smtpUrl ? [] : ['mail.in-dev-mailbox']
}
