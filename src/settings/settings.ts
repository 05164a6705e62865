/** Everything an operator can set, read once and checked; times in milliseconds. */
export type Settings = Readonly<{
  isProduction: boolean
  host: string
  port: number
  appUrl: string
  databaseUrl: string
  /** Newest first: the first signs, all verify. Empty only until development makes its own. */
  secrets: readonly string[]
  trustedProxies: number
  processes: number
  registration: 'open' | 'verified' | 'closed'
  sessionIdle: number
  sessionMax: number
  rememberFor: number
  freshFor: number
  sessionProtection: 'off' | 'basic' | 'strong'
  bcryptCost: number
  passwordMinLength: number
  throttle: boolean
  smtpUrl: string | null
  mailFrom: string | null
  logLevel: string
}>

/** Says whether a mail reaches anybody: in development it is shown instead of being sent. */
export function canMail({ smtpUrl, isProduction }: Settings): boolean {
  return smtpUrl !== null || !isProduction
}

/** Says whether browsers reach us over TLS, wherever it ends. */
export function isSecure(settings: Settings): boolean {
  return settings.appUrl.startsWith('https:')
}
