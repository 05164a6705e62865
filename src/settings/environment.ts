import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { days, hours, minutes } from '../durations.ts'
import { describeProblem } from './problems.ts'
import type { Settings } from './settings.ts'
import { Host, isOrigin, isPlaceholder, oneOf, wholeNumber } from './values.ts'

export type SettingsOrProblems =
  | { ok: true; settings: Settings }
  | { ok: false; problems: string[] }

/** Returns the settings that this process was started with, its `.env` included where there is one, or the problems. */
export function loadEnv(): SettingsOrProblems {
  // What is set already goes before what the file says.
  return readEnv({ ...readEnvFile(), ...process.env })
}

function readEnvFile() {
  if (!existsSync('.env')) return {}
  // Some editors begin a file with a mark, which would become part of the first name.
  return parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, ''))
}

/** Takes the environment's variables; returns the settings, or one line for every problem in it. */
export function readEnv(source: Record<string, string | undefined>): SettingsOrProblems {
  const variables = withoutEmptyOnes(source)
  const parsed = Environment.safeParse(variables)
  const problems = [
    ...(parsed.error?.issues.map(describeIssue) ?? []),
    ...findProductionProblems(variables),
  ]
  if (!parsed.success || problems.length > 0) return { ok: false, problems: [...new Set(problems)] }
  return { ok: true, settings: toSettings(parsed.data) }
}

const Environment = z.object({
  NODE_ENV: oneOf('development', 'production', 'test').default('development'),
  HOST: Host.default('127.0.0.1'),
  PORT: wholeNumber(3000, 0, 65535),
  APP_URL: z.string().refine(isOrigin, 'must be an origin: scheme and host, no path').optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(file:.+|postgres(ql)?:\/\/.+)/, {
      error: 'must start with file: or postgresql://',
      abort: true,
    })
    .refine((url) => url.startsWith('file:') || URL.canParse(url), 'is no address that can be read')
    .default('file:./data/app.db'),
  SESSION_SECRET: z
    .string()
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .refine(
      (list) => list.every((secret) => secret.length >= 32),
      'needs 32 characters or more in each',
    )
    .refine((list) => !list.some(isPlaceholder), 'is still the placeholder')
    .optional(),
  TRUST_PROXY: wholeNumber(0, 0, 16),
  WEB_CONCURRENCY: wholeNumber(1, 1, 64),
  REGISTRATION: oneOf('open', 'verified', 'closed').default('open'),
  SESSION_IDLE_MINUTES: wholeNumber(30, 1, 60 * 24 * 30),
  SESSION_MAX_HOURS: wholeNumber(12, 1, 24 * 90),
  REMEMBER_DAYS: wholeNumber(30, 1, 400),
  FRESH_MINUTES: wholeNumber(10, 1, 60 * 24),
  SESSION_PROTECTION: oneOf('off', 'basic', 'strong').default('basic'),
  BCRYPT_COST: wholeNumber(12, 4, 15),
  PASSWORD_MIN_LENGTH: wholeNumber(15, 8, 128),
  THROTTLE: oneOf('on', 'off').default('on'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+/, { error: 'must start with smtp:// or smtps://', abort: true })
    .refine(
      (url) => URL.canParse(url) && new URL(url).hostname !== '',
      'is no address that can be read',
    )
    .optional(),
  MAIL_FROM: z.email('must be an email address').optional(),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
})

type Environment = z.infer<typeof Environment>

// A line such as "PORT=" in a file of settings means "not set".
function withoutEmptyOnes(source: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
}

function describeIssue(issue: { path: PropertyKey[]; message: string }): string {
  return describeProblem(String(issue.path[0]), issue.message)
}

function findProductionProblems(variables: Record<string, string | undefined>): string[] {
  if (variables.NODE_ENV !== 'production') return []
  const isLow = Number(variables.BCRYPT_COST ?? 12) < 10
  return [
    ...(variables.SESSION_SECRET
      ? []
      : [describeProblem('SESSION_SECRET', 'is required in production')]),
    ...(variables.APP_URL ? [] : [describeProblem('APP_URL', 'is required in production')]),
    ...(isLow ? [describeProblem('BCRYPT_COST', 'must be 10 or more in production')] : []),
    ...(variables.THROTTLE === 'off'
      ? [describeProblem('THROTTLE', 'cannot be off in production')]
      : []),
  ]
}

function toSettings(env: Environment): Settings {
  return Object.freeze({
    isProduction: env.NODE_ENV === 'production',
    host: env.HOST,
    port: env.PORT,
    appUrl: new URL(env.APP_URL ?? `http://localhost:${env.PORT}`).origin,
    databaseUrl: env.DATABASE_URL,
    secrets: env.SESSION_SECRET ?? [],
    trustedProxies: env.TRUST_PROXY,
    processes: env.WEB_CONCURRENCY,
    registration: env.REGISTRATION,
    sessionIdle: minutes(env.SESSION_IDLE_MINUTES),
    sessionMax: hours(env.SESSION_MAX_HOURS),
    rememberFor: days(env.REMEMBER_DAYS),
    freshFor: minutes(env.FRESH_MINUTES),
    sessionProtection: env.SESSION_PROTECTION,
    bcryptCost: env.BCRYPT_COST,
    passwordMinLength: env.PASSWORD_MIN_LENGTH,
    throttle: env.THROTTLE === 'on',
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: env.MAIL_FROM ?? null,
    logLevel: env.LOG_LEVEL,
  })
}
