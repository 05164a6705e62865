import { z } from 'zod'
import { catalogue } from '../words/catalogue.ts'
import { databaseUrl, origin, smtpUrl } from './urls.ts'
import { email, host, oneOf, secrets, wholeNumber } from './values.ts'

export type Variable = {
  rule: z.ZodType<unknown, string | undefined>
  default?: string
  /** For a default that is no fixed text. */
  defaultInWords?: string
  /** A value that works, where the default is not one. */
  example?: string
  /** Markdown. */
  meaning: string
  findProductionProblem?: (text: string | undefined) => string | null
}

const LANGUAGES = catalogue.languages.map((language) => `\`${language}\``).join(' or ')

const isRequired = (text: string | undefined) => (text ? null : 'is required in production')

/** The environment. `npm run docs:settings` writes .env.example and the table of the README from it. */
export const VARIABLES = {
  NODE_ENV: {
    rule: oneOf('development', 'production', 'test'),
    default: 'development',
    example: 'production',
    meaning:
      '`development`, `production` or `test`. `production` requires `SESSION_SECRET` and `APP_URL`. Every other value opens `/dev/mailbox`, which shows the mail of all users to every visitor.',
  },
  HOST: {
    rule: host,
    default: '127.0.0.1',
    meaning: 'IP or host name where it listens. `0.0.0.0` and `::` are every network.',
  },
  PORT: {
    rule: wholeNumber(0, 65_535),
    default: '3000',
    meaning: 'Port where it listens.',
  },
  APP_URL: {
    rule: origin.optional(),
    defaultInWords: '`http://localhost:PORT`',
    example: 'https://accounts.example.com',
    meaning:
      'The URL that browsers show for this site: scheme, host and port, without a path. Links in mail begin with it, forms are accepted only from it, and with `https:` cookies are Secure.',
    findProductionProblem: isRequired,
  },
  HSTS: {
    rule: oneOf('subdomains', 'host', 'off'),
    default: 'subdomains',
    example: 'host',
    meaning:
      'With an https `APP_URL`, tells browsers to use only https for one year: `subdomains` on its host and every host below it, as OWASP ASVS 3.4.1 asks; `host` on its host alone; `off` says nothing. Browsers remember it: choose `host` before the first start if a host below that of `APP_URL` needs http.',
  },
  DATABASE_URL: {
    rule: databaseUrl,
    default: 'file:./data/app.db',
    meaning:
      '`file:PATH` is SQLite; a relative path counts from the folder of the project. `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` is PostgreSQL, where `?schema=NAME` chooses a schema. In user name and password write `@` as `%40`, `#` as `%23` and `/` as `%2F`.',
  },
  SESSION_SECRET: {
    rule: secrets.optional(),
    defaultInWords: 'in development made and kept in `data/session-secret`',
    example: 'the output of: openssl rand -hex 32',
    meaning:
      'Signs cookies and links in mail. 32 characters or more, such as the output of `openssl rand -hex 32`. Several are separated by commas: the first signs, all verify.',
    findProductionProblem: isRequired,
  },
  TRUST_PROXY: {
    rule: wholeNumber(0, 16),
    default: '0',
    example: '1',
    meaning: 'Number of proxies in front: as many IPs count from the end of `X-Forwarded-For`.',
  },
  WEB_CONCURRENCY: {
    rule: wholeNumber(1, 64),
    default: '1',
    example: '2',
    meaning: 'Number of processes.',
  },
  KEEP_ALIVE_SECONDS: {
    rule: wholeNumber(1, 3600),
    default: '130',
    meaning:
      'How long a connection may wait for its next request. Must be longer than the proxy keeps an idle connection, or the proxy answers 502 now and then. The default is longer than nginx and AWS (60), Traefik (90) and Caddy (120) keep theirs; Google Cloud keeps them for 600.',
  },
  CONNECTIONS_PER_NETWORK: {
    rule: wholeNumber(1, 100_000),
    default: '250',
    meaning:
      'Connections that one network (an IPv4, or the /64 of an IPv6) may hold open at once in each process; behind a proxy, requests at once. 250 is enough for a class of forty, whose browsers open six each.',
  },
  REGISTRATION: {
    rule: oneOf('open', 'verified', 'closed'),
    default: 'open',
    meaning:
      '`open`; `verified`: there is no account before its email is verified, and no answer tells whether an email is known; `closed`.',
  },
  REGISTRATIONS_PER_HOUR: {
    rule: wholeNumber(1, 100_000),
    default: '60',
    meaning:
      'Accounts that visitors from one network may register in an hour. 60 lets two school classes register from one IP.',
  },
  SESSION_IDLE_MINUTES: {
    rule: wholeNumber(1, 60 * 24 * 30),
    default: '30',
    meaning: 'A session ends after this time without a request.',
  },
  SESSION_MAX_HOURS: {
    rule: wholeNumber(1, 24 * 90),
    default: '12',
    meaning: 'A session ends this long after the password was last given, whatever happens.',
  },
  REMEMBER_DAYS: {
    rule: wholeNumber(1, 400),
    default: '30',
    meaning: 'How long “keep me logged in” lasts, counted from the login.',
  },
  FRESH_MINUTES: {
    rule: wholeNumber(1, 60 * 24),
    default: '10',
    meaning: 'How long a password counts as just given.',
  },
  SESSION_PROTECTION: {
    rule: oneOf('off', 'basic', 'strong'),
    default: 'basic',
    meaning:
      'What happens to a session that is used from another network or browser: `off` nothing, `basic` it is no longer fresh, `strong` it ends.',
  },
  BCRYPT_COST: {
    rule: wholeNumber(4, 15),
    default: '12',
    meaning: '4 to 15; each step doubles the work of a hash. Production needs 10 or more.',
    findProductionProblem: (text) =>
      Number(text) < 10 ? 'must be 10 or more in production' : null,
  },
  PASSWORD_MIN_LENGTH: {
    rule: wholeNumber(8, 128),
    default: '15',
    meaning: 'Characters that a new password needs at least, 8 to 128.',
  },
  THROTTLE: {
    rule: oneOf('on', 'off'),
    default: 'on',
    meaning:
      '`off` limits no attempts, so that passwords can be guessed without end. Refused in production.',
    findProductionProblem: (text) => (text === 'off' ? 'must not be off in production' : null),
  },
  DEFAULT_LANGUAGE: {
    rule: oneOf('en', ...catalogue.languages),
    default: 'en',
    example: 'es',
    meaning: `Language of the pages for browsers that ask for none that there is, and of emails to users who have set none: ${LANGUAGES}.`,
  },
  SMTP_URL: {
    rule: smtpUrl.optional(),
    defaultInWords: 'none',
    example: 'smtp://user:password@mail.example.com:587',
    meaning:
      'Server that sends the mail: `smtp://` or `smtps://`. In user name and password write `@` as `%40`, `#` as `%23` and `/` as `%2F`. Without it no mail is sent; in development it is shown at `/dev/mailbox`.',
  },
  MAIL_FROM: {
    rule: email.optional(),
    defaultInWords: '`accounts@` and the host of `APP_URL`',
    example: 'accounts@example.com',
    meaning: 'Email that mail is from. The name beside it is that of the site.',
  },
  LOG_LEVEL: {
    rule: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    meaning:
      '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. The log is lines of JSON on standard output.',
  },
  LOG_HEALTH_CHECKS: {
    rule: oneOf('on', 'off'),
    default: 'on',
    meaning: '`off` logs `/healthz` and `/readyz` only where they fail.',
  },
  METRICS_PORT: {
    rule: wholeNumber(1, 65_535).optional(),
    defaultInWords: 'none',
    example: '9464',
    meaning: 'Port of 127.0.0.1 where `/metrics` answers Prometheus, for all processes.',
  },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof VARIABLES

type Rules = { [Name in VariableName]: (typeof VARIABLES)[Name]['rule'] }

export const LIST = Object.entries(VARIABLES) as [VariableName, Variable][]

// Object.fromEntries forgets which rule belongs to which name.
export const Environment = z.object(
  Object.fromEntries(LIST.map(([name, { rule }]) => [name, rule])) as Rules,
)

export type Values = z.output<typeof Environment>
