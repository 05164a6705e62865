import { describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../src/durations.ts'
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
      host: '127.0.0.1',
      port: 3000,
      appUrl: 'http://localhost:3000',
      databaseUrl: 'file:./data/app.db',
      secrets: [],
      trustedProxies: 0,
      processes: 1,
      registration: 'open',
      sessionIdle: minutes(30),
      sessionMax: hours(12),
      rememberFor: days(30),
      freshFor: minutes(10),
      sessionProtection: 'basic',
      bcryptCost: 12,
      passwordMinLength: 15,
      throttle: true,
      smtpUrl: null,
      mailFrom: null,
      logLevel: 'info',
    })
  })

  test('lets the origin follow the port, and a slash at its end be', () => {
    expect(settingsOf({ PORT: '8080' }).appUrl).toBe('http://localhost:8080')
    expect(settingsOf({ APP_URL: 'https://Example.com/' }).appUrl).toBe('https://example.com')
  })

  test('takes several secrets, the first of which signs', () => {
    const both = `${SECRET}, ${SECRET} of old`

    expect(settingsOf({ SESSION_SECRET: both }).secrets).toEqual([SECRET, `${SECRET} of old`])
  })

  test.each(['0.0.0.0', '::', '::1', 'localhost', 'web-1.internal'])(
    'lets it listen on %s',
    (HOST) => {
      expect(settingsOf({ HOST }).host).toBe(HOST)
    },
  )

  test('takes an empty line for one that is not there', () => {
    expect(settingsOf({ PORT: '', SMTP_URL: '', SESSION_SECRET: '' }).port).toBe(3000)
  })

  test.each([
    ['NODE_ENV', 'prod'],
    ['HOST', 'a b'],
    ['HOST', '127.0.0.1:3000'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', 'http'],
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
    ['SESSION_IDLE_MINUTES', '0'],
    ['SESSION_MAX_HOURS', '0'],
    ['REMEMBER_DAYS', '401'],
    ['FRESH_MINUTES', 'ten'],
    ['SESSION_PROTECTION', 'medium'],
    ['BCRYPT_COST', '3'],
    ['BCRYPT_COST', '16'],
    ['PASSWORD_MIN_LENGTH', '7'],
    ['THROTTLE', 'false'],
    ['SMTP_URL', 'mail.example.com'],
    ['MAIL_FROM', 'nobody'],
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

  test('never repeats a secret', () => {
    const problems = problemsOf({
      SESSION_SECRET: 'hunter2',
      SMTP_URL: 'user:hunter2@mail.example.com',
      DATABASE_URL: 'mysql://user:hunter2@localhost/app',
    })

    expect(problems).toHaveLength(3)
    expect(problems.join('\n')).not.toContain('hunter2')
  })

  test('names everything that is wrong at once', () => {
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
