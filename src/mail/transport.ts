import { seconds } from '../durations.ts'
import type { MailText } from './templates.ts'

/** One mail on its way; id is the outbox's, the same in every attempt. */
export type OutgoingMail = Omit<MailText, 'link'> & { id: string; to: string; writtenAt: Date }

/** Sends an email unless the signal aborts. `refused` is final; throws where another attempt may succeed. */
export type Transport = (mail: OutgoingMail, signal: AbortSignal) => Promise<'sent' | 'refused'>

type TransportOptions = {
  smtpUrl: string | null
  mailFrom: string | null
  appUrl: string
  appName: string
}

/** Without SMTP_URL a mail stays in the outbox. */
export function createMailTransport({ smtpUrl, ...options }: TransportOptions): Transport {
  return smtpUrl ? createSmtpTransport(smtpUrl, options) : async () => 'sent'
}

// No message can make nodemailer read a file or fetch a URL.
const SAFE = { disableFileAccess: true, disableUrlAccess: true }

const TIMEOUTS = {
  dnsTimeout: seconds(10),
  connectionTimeout: seconds(10),
  greetingTimeout: seconds(10),
  socketTimeout: seconds(20),
  // A frozen server never closes its end, and would keep the process from ending.
  socketCloseTimeout: seconds(1),
}

function createSmtpTransport(
  url: string,
  { mailFrom, appUrl, appName }: Omit<TransportOptions, 'smtpUrl'>,
): Transport {
  const { hostname } = new URL(appUrl)
  const address = mailFrom ?? `accounts@${hostname}`
  let smtp: ReturnType<typeof loadSmtp> | undefined
  return async ({ id, to, writtenAt, ...parts }, signal) => {
    // Anything but exactly one email could be two recipients, or a header.
    if (!isOneAddress(to)) return 'refused'
    smtp ??= loadSmtp(url)
    const message = {
      ...parts,
      from: { name: appName, address },
      to: { name: '', address: to },
      date: writtenAt,
      // The same in each attempt: a mail that arrives twice is recognised as one.
      messageId: `<${id}@${hostname}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    }
    return (await smtp).sendMail(message).then(() => 'sent' as const, judgeFailure)
  }
}

// Not before the first mail: it takes 15 MB.
async function loadSmtp(url: string) {
  const { createTransport } = await import('nodemailer')
  return createTransport({ url, ...SAFE, ...TIMEOUTS, ...demandTls(url) })
}

// An attacker in between could take "STARTTLS" out of the answer, and read the password and every link.
function demandTls(url: string): { requireTLS: true } | Record<string, never> {
  const { username, hostname } = new URL(url)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return username && !isHere ? { requireTLS: true } : {}
}

function isOneAddress(to: string): boolean {
  return /^[^\s\p{Cc}<>,;:"()[\]\\@]+@[^\s\p{Cc}<>,;:"()[\]\\@]+$/u.test(to)
}

type Failure = {
  code?: string
  originalCode?: string
  command?: string
  responseCode?: number
  permanent?: boolean
}

// Only a refused recipient is final: any other refusal may be a mistake in our settings.
function judgeFailure(failure: Failure): 'refused' {
  if (failure.permanent && failure.command === 'RCPT TO') return 'refused'
  const { code = 'failed', originalCode = code, command = 'SMTP', responseCode = '' } = failure
  // Not the server's own words: they may quote the recipient, or a spam filter the link.
  throw new Error(`${command}: ${originalCode} ${responseCode}`.trim())
}
