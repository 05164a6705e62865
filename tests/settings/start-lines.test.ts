import { describe, expect, test } from 'vitest'
import { describeStart, findWarnings } from '../../src/settings/start-lines.ts'
import { readSettings } from '../support/app.ts'

const SMTP_URL = 'smtp://ada:hunter2@mail.example:587'
const PRODUCTION = {
  NODE_ENV: 'production',
  APP_URL: 'https://app.example',
  BCRYPT_COST: '10',
  THROTTLE: 'on',
}

const linesOf = (variables: Record<string, string>) => describeStart(readSettings(variables), 3000)
const lineOf = (word: string, variables: Record<string, string>) =>
  linesOf(variables).find((line) => line.startsWith(`${word}: `))
const warningsOf = (variables: Record<string, string>) => findWarnings(readSettings(variables))

describe('the lines at the start', () => {
  test.each([
    [{}, 'http://localhost:3000'],
    [{ PORT: '0' }, 'http://localhost:3000'],
    [{ HOST: '0.0.0.0' }, '0.0.0.0:3000, for http://localhost:3000'],
    [{ HOST: '::', APP_URL: 'https://app.example' }, '[::]:3000, for https://app.example'],
    [{ APP_URL: 'http://localhost:8080' }, '127.0.0.1:3000, for http://localhost:8080'],
  ])('say where it listens with %j', (variables: Record<string, string>, place) => {
    expect(linesOf(variables)).toContain(`Listening on ${place}`)
  })

  test.each([
    ['file:./data/app.db', 'SQLite, ./data/app.db'],
    ['file:/var/lib/app one.db', 'SQLite, /var/lib/app one.db'],
    ['postgresql://ada:hunter2@db.example:5432/app', 'PostgreSQL, app at db.example:5432'],
    ['postgresql:///app?host=/run', 'PostgreSQL, app at /run'],
  ])('say which database DATABASE_URL=%s is, and no password', (DATABASE_URL, database) => {
    expect(lineOf('Database', { DATABASE_URL })).toBe(`Database: ${database}`)
  })

  test('say where mail is shown in development', () => {
    expect(lineOf('Mail', {})).toBe(
      'Mail: not sent, but shown at http://localhost:3000/dev/mailbox',
    )
    expect(lineOf('Mail', { APP_URL: 'https://dev.example' })).toBe(
      'Mail: not sent, but shown at https://dev.example/dev/mailbox',
    )
  })

  test('say which server mail goes through, and not how to log in there', () => {
    expect(lineOf('Mail', { SMTP_URL })).toBe('Mail: sent through mail.example:587')
    expect(lineOf('Mail', PRODUCTION)).toBe('Mail: none is sent, because SMTP_URL is not set')
  })

  test('say for which hosts browsers will demand https', () => {
    expect(lineOf('HSTS', PRODUCTION)).toContain('app.example and every host below it, for a year')
    expect(lineOf('HSTS', { ...PRODUCTION, HSTS: 'host' })).toContain('for app.example, for a year')
    expect(lineOf('HSTS', { ...PRODUCTION, HSTS: 'off' })).toBeUndefined()
    expect(lineOf('HSTS', { HSTS: 'subdomains' })).toBeUndefined()
  })
})

describe('the warnings at the start', () => {
  test('say in production that no mail is sent, and that APP_URL is not https', () => {
    expect(warningsOf(PRODUCTION)).toEqual([expect.stringMatching(/^WARNING: SMTP_URL is not set/)])
    expect(warningsOf({ ...PRODUCTION, SMTP_URL, APP_URL: 'http://app.example' })).toEqual([
      expect.stringMatching(/^WARNING: APP_URL is not https/),
    ])
    expect(warningsOf({ ...PRODUCTION, SMTP_URL, HOST: '0.0.0.0' })).toEqual([])
  })

  test.each([
    ['APP_URL', 'https://app.example'],
    ['APP_URL', 'https://localhost'],
    ['APP_URL', 'http://192.168.1.20:3000'],
    ['APP_URL', 'http://localhost.example'],
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['HOST', '[::]'],
    ['HOST', '0'],
    ['HOST', '192.168.1.20'],
    ['HOST', '::ffff:0.0.0.0'],
    ['HOST', 'app.example'],
    ['TRUST_PROXY', '1'],
  ])('say that /dev/mailbox is open to visitors with %s=%s', (name, value) => {
    for (const more of [{}, { NODE_ENV: 'development' }, { NODE_ENV: 'test' }, { SMTP_URL }]) {
      expect(warningsOf({ [name]: value, ...more })).toEqual([
        expect.stringMatching(
          new RegExp(`^WARNING: NODE_ENV is not production, but ${name} .*/dev/mailbox`),
        ),
      ])
    }
  })

  test.each([
    {},
    { HOST: 'localhost' },
    { HOST: '::1' },
    { HOST: '127.0.0.2' },
    { APP_URL: 'http://app.localhost:3000' },
    { APP_URL: 'http://[::1]:3000' },
  ])('are not given in development on one machine: %j', (variables) => {
    expect(warningsOf(variables as Record<string, string>)).toEqual([])
  })
})
