import { days, hours, minutes, seconds } from '../durations.ts'
import type { Text } from '../words/words.ts'
import type { Values } from './variables.ts'

/** Everything an operator can set, read once and checked; durations in milliseconds. */
export type Settings = Readonly<ReturnType<typeof toSettings>>

export function toSettings(values: Values) {
  const appUrl = new URL(values.APP_URL ?? `http://localhost:${values.PORT}`).origin
  return {
    isProduction: values.NODE_ENV === 'production',
    /** Whether pages say what went wrong. */
    isDevelopment: values.NODE_ENV === 'development',
    /** Whether a view is compiled once; in development it may change at any time. */
    keepsViews: values.NODE_ENV !== 'development',
    host: values.HOST,
    port: values.PORT,
    appUrl,
    // Browsers ignore it over http, and without https there is nothing to demand.
    hsts: appUrl.startsWith('https:') ? values.HSTS : 'off',
    /** Absolute where it is a file. */
    databaseUrl: values.DATABASE_URL,
    /** Newest first: the first signs, all verify. Empty only until development makes its own. */
    secrets: values.SESSION_SECRET ?? [],
    trustedProxies: values.TRUST_PROXY,
    processes: values.WEB_CONCURRENCY,
    keepAlive: seconds(values.KEEP_ALIVE_SECONDS),
    connectionsPerNetwork: values.CONNECTIONS_PER_NETWORK,
    registration: values.REGISTRATION,
    registrationsPerHour: values.REGISTRATIONS_PER_HOUR,
    sessionIdle: minutes(values.SESSION_IDLE_MINUTES),
    sessionMax: hours(values.SESSION_MAX_HOURS),
    rememberFor: days(values.REMEMBER_DAYS),
    freshFor: minutes(values.FRESH_MINUTES),
    sessionProtection: values.SESSION_PROTECTION,
    bcryptCost: values.BCRYPT_COST,
    passwordMinLength: values.PASSWORD_MIN_LENGTH,
    throttle: values.THROTTLE === 'on',
    defaultLanguage: values.DEFAULT_LANGUAGE,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM ?? null,
    logLevel: values.LOG_LEVEL,
    logsHealthChecks: values.LOG_HEALTH_CHECKS === 'on',
    metricsPort: values.METRICS_PORT ?? null,
  } as const
}

/** In development mail counts as sent: it is shown at /dev/mailbox. */
export function canMail({ smtpUrl, isProduction }: Settings): boolean {
  return smtpUrl !== null || !isProduction
}

/** What to add to a message about mail, where mail does not simply go out. */
export function listMailHints(settings: Settings): Text[] {
  if (!canMail(settings)) return ['mail.no-way-out']
  return settings.smtpUrl ? [] : ['mail.in-dev-mailbox']
}

/** Browsers reach us over TLS, wherever it ends. */
export function isSecure({ appUrl }: Pick<Settings, 'appUrl'>): boolean {
  return appUrl.startsWith('https:')
}
