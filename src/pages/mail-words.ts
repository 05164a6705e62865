import type { Settings } from '../settings.ts'

/** Takes the settings; returns what to add to a message about mail, where mail does not simply go out. */
export function sayWhereMailGoes({ smtpUrl, isProduction }: Settings): string {
  if (smtpUrl) return ''
  return isProduction
    ? ' But this site has no way to send mail yet: ask whoever runs it.'
    : ' This is development: find it at /dev/mailbox.'
}
