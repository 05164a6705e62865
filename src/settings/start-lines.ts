import type { Settings } from './settings.ts'

/** Takes the settings and the port; returns the three lines that say where it listens, which database it uses and where mail goes. */
export function describeStart(settings: Settings, port: number): string[] {
  return [
    `Listening on ${describeAddress(settings, port)}`,
    `Database: ${describeDatabase(settings.databaseUrl)}`,
    `Mail: ${describeMail(settings, port)}`,
  ]
}

/** Takes the settings; returns a line for each that works but deserves a second thought. */
export function findDoubts({ isProduction, appUrl, smtpUrl }: Settings): string[] {
  if (!isProduction) return []
  return [
    ...(appUrl.startsWith('https:')
      ? []
      : ['WARNING: APP_URL is not https: passwords and cookies travel in clear text.']),
    ...(smtpUrl ? [] : ['WARNING: SMTP_URL is not set: nobody gets any mail.']),
  ]
}

function describeAddress({ appUrl, host }: Settings, port: number): string {
  return isHere(appUrl) ? `http://localhost:${port}` : `${host}:${port}, for ${appUrl}`
}

function isHere(appUrl: string): boolean {
  const { hostname, protocol } = new URL(appUrl)
  return hostname === 'localhost' && protocol === 'http:'
}

// Never the URL itself: it can hold a password.
function describeDatabase(databaseUrl: string): string {
  if (databaseUrl.startsWith('file:')) return `SQLite, ${databaseUrl.slice('file:'.length)}`
  const { host, pathname } = new URL(databaseUrl)
  return `PostgreSQL, ${pathname.slice(1)} at ${host}`
}

function describeMail({ smtpUrl, isProduction, appUrl }: Settings, port: number): string {
  if (smtpUrl) return `sent through ${new URL(smtpUrl).host}`
  if (isProduction) return 'none is sent, as SMTP_URL is not set'
  return `kept, see ${isHere(appUrl) ? `http://localhost:${port}` : appUrl}/dev/mailbox`
}
