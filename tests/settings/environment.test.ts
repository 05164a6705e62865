import { describe, expect, test } from 'vitest'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { readEnv } from '../../src/settings/environment.ts'

const SECRET = 'a secret that only the tests know of'

const PRODUCTION = {
  NODE_ENV: 'production',
  SESSION_SECRET: SECRET,
  APP_URL: 'https://accounts.example.com',
}

function settingsOf(source: Record<string, string>) {
  const read = readEnv(source)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.settings
}

function problemsOf(source: Record<string, string>): string[] {
  const read = readEnv(source)
  return read.ok ? [] : read.problems
}

describe('readEnv', () => {
  test('needs nothing in development', () => {
    expect(settingsOf({})).toEqual({
      isProduction: false,
      isDevelopment: true,
      keepsViews: false,
      host: '127.0.0.1',
      port: 3000,
      appUrl: 'http://localhost:3000',
      hsts: 'off',
      databaseUrl: new URL('../../data/app.db', import.meta.url).href,
      secrets: [],
      trustedProxies: 0,
      processes: 1,
      keepAlive: seconds(130),
      connectionsPerNetwork: 250,
      registration: 'open',
      registrationsPerHour: 60,
      sessionIdle: minutes(30),
      sessionMax: hours(12),
      rememberFor: days(30),
      freshFor: minutes(10),
      sessionProtection: 'basic',
      bcryptCost: 12,
      passwordMinLength: 15,
      throttle: true,
      defaultLanguage: 'en',
      smtpUrl: null,
      mailFrom: null,
      logLevel: 'info',
      logsHealthChecks: true,
      metricsPort: null,
    })
  })

  test.each([
    ['8080', 'http://localhost:8080'],
    ['80', 'http://localhost'],
  ])('derives APP_URL from PORT=%s as browsers send it', (PORT, appUrl) => {
    expect(settingsOf({ PORT }).appUrl).toBe(appUrl)
  })

  test.each(['0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'web-1.internal', 'my_web'])(
    'accepts HOST=%s',
    (HOST) => {
      expect(settingsOf({ HOST }).host).toBe(HOST)
    },
  )

  test('removes the brackets of an IPv6 from HOST', () => {
    expect(settingsOf({ HOST: '[::1]' }).host).toBe('::1')
  })

  test.each(['', ' ', '\n'])('treats the empty value %j as not set', (empty) => {
    expect(settingsOf({ PORT: empty, SMTP_URL: empty, SESSION_SECRET: empty })).toEqual(
      settingsOf({}),
    )
  })

  test('ignores spaces and line breaks around a value', () => {
    const source = {
      PORT: ' 8080\r\n',
      REGISTRATION: 'closed ',
      SMTP_URL: '\tsmtp://mail.example\n',
    }

    expect(settingsOf(source)).toMatchObject({
      port: 8080,
      registration: 'closed',
      smtpUrl: 'smtp://mail.example',
    })
  })

  test.each([
    ['NODE_ENV', 'prod'],
    ['HOST', 'a b'],
    ['HOST', '127.0.0.1:3000'],
    ['HOST', '[::1]:3000'],
    ['HOST', 'http://localhost'],
    ['HOST', '*'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', 'http'],
    ['PORT', '1e3'],
    ['PORT', '0x10'],
    ['PORT', '١٥'],
    ['PORT', '３０００'],
    ['PORT', '+3000'],
    ['PORT', '3_000'],
    ['PORT', '99999999999999999999'],
    ['NODE_ENV', 'Production'],
    ['APP_URL', 'accounts.example.com'],
    ['APP_URL', 'https://accounts.example.com/path'],
    ['APP_URL', 'ftp://accounts.example.com'],
    ['DATABASE_URL', 'mysql://localhost/app'],
    ['DATABASE_URL', 'file:'],
    ['SESSION_SECRET', 'x'.repeat(31)],
    ['SESSION_SECRET', `${SECRET},short`],
    ['SESSION_SECRET', 'change-me-to-the-output-of-openssl-rand-hex-32'],
    ['SESSION_SECRET', 'the output of: openssl rand -hex 32'],
    ['TRUST_PROXY', 'true'],
    ['WEB_CONCURRENCY', '0'],
    ['REGISTRATION', 'yes'],
    ['KEEP_ALIVE_SECONDS', '0'],
    ['CONNECTIONS_PER_NETWORK', '0'],
    ['REGISTRATIONS_PER_HOUR', '0'],
    ['HSTS', 'on'],
    ['SESSION_IDLE_MINUTES', '0'],
    ['SESSION_IDLE_MINUTES', '30m'],
    ['SESSION_IDLE_MINUTES', '30 minutes'],
    ['SESSION_IDLE_MINUTES', '0.5'],
    ['SESSION_MAX_HOURS', '0'],
    ['REMEMBER_DAYS', '401'],
    ['FRESH_MINUTES', 'ten'],
    ['SESSION_PROTECTION', 'medium'],
    ['BCRYPT_COST', '3'],
    ['BCRYPT_COST', '16'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['THROTTLE', 'false'],
    ['SMTP_URL', 'mail.example.com'],
    ['MAIL_FROM', 'accounts'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s in one line with an example that works', (name, value) => {
    const [problem = '', ...others] = problemsOf({ [name]: value })

    const example = problem.slice(
      problem.indexOf(`For example: ${name}=`) + `For example: ${name}=`.length,
    )
    expect(others).toEqual([])
    expect(problem).toMatch(new RegExp(`^${name} (must|needs|is) .*For example: ${name}=`))
    expect(problem).not.toContain('\n')
    if (name !== 'SESSION_SECRET')
      expect(problemsOf({ ...PRODUCTION, [name]: example })).toEqual([])
  })

  test.each(['"', "'", '`'])('says that %s around a value is to be removed', (quote) => {
    const texts = ['https://app.example', '3000', 'file:./data/app.db', 'smtp://mail.example']
    const names = ['APP_URL', 'PORT', 'DATABASE_URL', 'SMTP_URL']
    const source = names.map((name, index) => [name, `${quote}${texts[index]}${quote}`])

    expect(problemsOf(Object.fromEntries(source)).sort()).toEqual(
      names.sort().map((name) => expect.stringContaining(`${name} is in quotes: remove them.`)),
    )
  })

  test.each([
    ['commas', `${SECRET}, ${SECRET} of old`],
    ['line breaks', `${SECRET}\r\n${SECRET} of old\n`],
    ['commas, one too many', `${SECRET},${SECRET} of old,`],
  ])('reads several secrets between %s, newest first', (_, SESSION_SECRET) => {
    expect(settingsOf({ SESSION_SECRET }).secrets).toEqual([SECRET, `${SECRET} of old`])
  })

  test('says that MAIL_FROM takes no name, and reads a domain with umlauts', () => {
    const [problem] = problemsOf({ MAIL_FROM: 'Accounts <accounts@example.com>' })

    expect(problem).toContain('without a name: mail carries the name of the site')
    expect(settingsOf({ MAIL_FROM: 'post@räucher.de' }).mailFrom).toBe('post@xn--rucher-bua.de')
  })

  test('never repeats a secret', () => {
    const problems = problemsOf({
      SESSION_SECRET: 'hunter2',
      SMTP_URL: 'user:hunter2@mail.example.com',
      DATABASE_URL: 'mysql://user:hunter2@localhost/app',
      APP_URL: 'https://user:hunter2@app.example',
    })

    expect(problems).toHaveLength(4)
    expect(problems.join('\n')).not.toContain('hunter2')
  })

  test('names everything that is wrong at once, each variable once', () => {
    const problems = problemsOf({ PORT: 'x', THROTTLE: 'x', NODE_ENV: 'production' })

    expect(problems.map((line) => line.split(' ')[0]).sort()).toEqual(
      ['APP_URL', 'PORT', 'SESSION_SECRET', 'THROTTLE'].sort(),
    )
  })
})

describe('readEnv in production', () => {
  test('takes what is safe', () => {
    expect(settingsOf(PRODUCTION)).toMatchObject({ isProduction: true, secrets: [SECRET] })
  })

  test.each([
    ['SESSION_SECRET', ''],
    ['APP_URL', ''],
    ['BCRYPT_COST', '9'],
    ['THROTTLE', 'off'],
  ])('refuses %s=%s', (name, value) => {
    const problems = problemsOf({ ...PRODUCTION, [name]: value })

    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name} .*For example`))])
  })
})
