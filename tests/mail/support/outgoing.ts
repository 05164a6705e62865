import { createMailTransport, type OutgoingMail } from '../../../src/mail/transport.ts'

/** Nothing calls this off. */
export const never = new AbortController().signal

/** A mail on its way; say only what matters to the test. */
export const mail = (changes: Partial<OutgoingMail> = {}): OutgoingMail => ({
  id: 'outbox-1',
  to: 'ada@example.org',
  subject: 'Choose a new password',
  text: 'Hello Ada,\nhttps://app.example/reset-password?token=secret-token',
  html: '<p>Hello Zoë,</p>',
  writtenAt: new Date('2026-03-01T12:00:00Z'),
  ...changes,
})

/** The transport of an application at app.example. */
export const transportTo = (smtpUrl: string | null, mailFrom: string | null = null) =>
  createMailTransport({ smtpUrl, mailFrom, appUrl: 'https://app.example', appName: 'Test App' })
