import { fileURLToPath } from 'node:url'
import { formatPath } from '../project.ts'
import { isSecure, type Settings } from './settings.ts'

/** What the start prints last: where it listens, which database it uses and where mail goes. */
export function describeStart(settings: Settings, port: number): string[] {
  return [
    ...describeHsts(settings),
    `Listening on ${describePlace(settings, port)}`,
    `Database: ${describeDatabase(settings.databaseUrl)}`,
    ...(settings.metricsPort ? [`Metrics: http://127.0.0.1:${settings.metricsPort}/metrics`] : []),
    `Mail: ${describeMail(settings, port)}`,
  ]
}

/** One line for each setting that works and is probably a mistake. */
export function findWarnings(settings: Settings): string[] {
  const warnings = settings.isProduction ? warnProduction(settings) : warnDevelopment(settings)
  return warnings.map((warning) => `WARNING: ${warning}`)
}

function warnProduction(settings: Settings): string[] {
  return [
    ...(isSecure(settings)
      ? []
      : ['APP_URL is not https: others on the way can read passwords and cookies.']),
    ...(settings.smtpUrl
      ? []
      : ['SMTP_URL is not set: no mail is sent, and a forgotten password cannot be reset.']),
  ]
}

function warnDevelopment(settings: Settings): string[] {
  const sign = findSignOfVisitors(settings)
  if (!sign) return []
  return [
    `NODE_ENV is not production, but ${sign}: every visitor can read the mail of all users at /dev/mailbox and take over their accounts with the links in it. Set NODE_ENV=production.`,
  ]
}

function findSignOfVisitors({ appUrl, host, trustedProxies }: Settings): string | null {
  const { protocol, hostname } = new URL(appUrl)
  if (protocol === 'https:' || !isLoopback(hostname)) return `APP_URL is ${appUrl}`
  if (!isLoopback(host)) return `HOST is ${host}`
  return trustedProxies > 0 ? `TRUST_PROXY is ${trustedProxies}` : null
}

function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){1,3}|\[?::1\]?)$/i.test(host)
}

// A browser keeps to it for a year, so the operator hears of it at the first start.
function describeHsts({ hsts, appUrl }: Settings): string[] {
  if (hsts === 'off') return []
  const { hostname } = new URL(appUrl)
  const hosts = hsts === 'host' ? hostname : `${hostname} and every host below it`
  return [`HSTS: browsers will use only https for ${hosts}, for a year (HSTS=${hsts})`]
}

function describePlace(settings: Settings, port: number): string {
  const { host } = settings
  const site = findSite(settings, port)
  if (site === `http://localhost:${port}` && isLoopback(host)) return site
  return `${host.includes(':') ? `[${host}]` : host}:${port}, for ${site}`
}

// With PORT=0 the system chooses the port.
function findSite({ appUrl }: Settings, port: number): string {
  return appUrl === 'http://localhost:0' ? `http://localhost:${port}` : appUrl
}

/** Never the URL itself: it can hold a password. */
export function describeDatabase(databaseUrl: string): string {
  if (databaseUrl.startsWith('file:')) return `SQLite, ${formatPath(fileURLToPath(databaseUrl))}`
  const { host, pathname, searchParams } = new URL(databaseUrl)
  const name = decodeURIComponent(pathname.slice(1))
  return `PostgreSQL, ${name} at ${host || searchParams.get('host')}`
}

function describeMail(settings: Settings, port: number): string {
  const { smtpUrl, isProduction } = settings
  if (smtpUrl) return `sent through ${new URL(smtpUrl).host}`
  if (isProduction) return 'none is sent, because SMTP_URL is not set'
  return `not sent, but shown at ${findSite(settings, port)}/dev/mailbox`
}
