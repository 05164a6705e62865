import { canMail, type Settings } from '../settings/settings.ts'

/** What to add to a message about mail, where mail does not simply go out. */
export function sayWhereMailGoes(settings: Settings): string {
  if (!canMail(settings)) return ' But this site cannot send mail yet: ask its operator.'
  return settings.smtpUrl ? '' : ' This is development: find it at /dev/mailbox.'
}
