import { describe, expect, test } from 'vitest'
import { readEnv } from '../../src/settings/environment.ts'

function read(source: Record<string, string>) {
  const outcome = readEnv(source)
  return outcome.ok ? { ...outcome.settings, problems: [] } : { problems: outcome.problems }
}

const inProject = (path: string) => new URL(`../../${path}`, import.meta.url).href

describe('APP_URL', () => {
  test.each([
    ['a slash at the end', 'https://app.example/', 'https://app.example'],
    ['capitals', 'HTTPS://App.Example', 'https://app.example'],
    ['umlauts', 'https://bücher.example', 'https://xn--bcher-kva.example'],
    ['the port of https', 'https://app.example:443', 'https://app.example'],
    ['the port of http', 'http://app.example:80', 'http://app.example'],
    ['another port', 'https://app.example:8443', 'https://app.example:8443'],
    ['an IPv6', 'http://[0:0:0:0:0:0:0:1]:3000', 'http://[::1]:3000'],
    ['a line break at the end', 'https://app.example\n', 'https://app.example'],
    ['spaces around it', ' https://app.example ', 'https://app.example'],
  ])('with %s is read as browsers send it', (_, APP_URL, appUrl) => {
    expect(read({ APP_URL })).toMatchObject({ problems: [], appUrl })
  })

  test.each([
    ['app.example', 'must start with https:// or http://'],
    ['ftp://app.example', 'must start with https:// or http://'],
    ['https://app.example/accounts', 'must end after host and port: remove the path'],
    ['https://app.example/?a=b', 'remove what begins with ? or #'],
    ['https://app.example/#top', 'remove what begins with ? or #'],
    ['https://ada:secret@app.example', 'must not contain a user name or a password'],
    ['https://a.example,https://b.example', 'must name one host'],
    ['https://*.app.example', 'must name one host'],
    ['https://a.example https://b.example', 'must not contain spaces or line breaks'],
    ['https://app\n.example', 'must not contain spaces or line breaks'],
    ['https://app.example:port', 'is not a URL: check host and port'],
  ])('%j is refused for what is wrong with it', (APP_URL, problem) => {
    expect(read({ APP_URL }).problems).toEqual([expect.stringContaining(problem)])
  })
})

const ENCODED = ['%40', '%23', '%2F', '%3F', '%25']

/** User and password as they are typed, unescaped, in front of the host. */
const UNESCAPED = [
  ['ada', 'p#w'],
  ['ada', '12#w'],
  ['ada', 'p/w'],
  ['ada', '12/w'],
  ['ada', 'p?w'],
  ['ada', '12?w'],
  ['ada', 'p@ss#w/ord'],
  ['ada', 'p@ss/word'],
  ['ada', 'p@ss?word'],
  ['ada', 'p%ss'],
  ['ada', 'p ss'],
  ['me@example.com', 'p@ss#w/ord'],
  ['me@example.com', '1/2'],
] as const

describe.each([
  ['SMTP_URL', 'smtp', 'mail.example:587'],
  ['DATABASE_URL', 'postgresql', 'db.example:5432/app'],
])('%s', (name, scheme, host) => {
  test.each(UNESCAPED)(
    'with user %s and password %j is refused with a hint to escape',
    (user, password) => {
      const { problems } = read({ [name]: `${scheme}://${user}:${password}@${host}` })

      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatch(/%40|%20/)
      expect(problems[0]).not.toContain(password)
    },
  )

  test('names every character to escape', () => {
    const [problem = ''] = read({ [name]: `${scheme}://ada:p#w@${host}` }).problems

    expect(ENCODED.filter((code) => !problem.includes(code))).toEqual([])
  })

  test.each(['p%40ss%23w%2Ford', 'p@ss', 'p:w', 'pässwörd', "p'w", ''])(
    'with the password %j is accepted',
    (password) => {
      expect(read({ [name]: `${scheme}://me@example.com:${password}@${host}` }).problems).toEqual(
        [],
      )
    },
  )
})

describe('SMTP_URL', () => {
  test.each(['smtp://ada:secret@', 'smtp://mail.example/path', 'smtp:mail.example', 'smtp://'])(
    '%s is refused',
    (SMTP_URL) => {
      expect(read({ SMTP_URL }).problems).toHaveLength(1)
    },
  )

  test.each(['smtps://mail.example', 'smtp://mail.example:25/', 'smtp://mail.example?pool=true'])(
    '%s is accepted',
    (SMTP_URL) => {
      expect(read({ SMTP_URL })).toMatchObject({ problems: [], smtpUrl: SMTP_URL })
    },
  )
})

describe('DATABASE_URL', () => {
  test.each(['postgresql://ada:p#w@db.example/app', 'postgres:db.example'])(
    '%s is refused with an example of PostgreSQL',
    (DATABASE_URL) => {
      expect(read({ DATABASE_URL }).problems).toEqual([
        expect.stringMatching(
          /For example: DATABASE_URL=postgresql:\/\/user:password@[\w.]+:5432\/app$/,
        ),
      ])
    },
  )

  test.each([
    ['file:./data/app.db', inProject('data/app.db')],
    ['file:data/app.db', inProject('data/app.db')],
    ['file:../app.db', inProject('../app.db')],
    ['file:./data/app.db?connection_limit=1', inProject('data/app.db')],
    ['file:./100%25 #1.db', inProject('100%2525%20%231.db')],
    ['file:/var/lib/app.db', 'file:///var/lib/app.db'],
    ['file:///var/lib/app%20one.db', 'file:///var/lib/app%20one.db'],
  ])('%s counts from the folder of the project', (DATABASE_URL, databaseUrl) => {
    expect(read({ DATABASE_URL })).toMatchObject({ problems: [], databaseUrl })
  })

  test.each([
    ['file:', 'must name a file'],
    ['file:?a=b', 'must name a file'],
    ['file:.', 'must name a file'],
    ['file:./data/', 'must name a file'],
    ['file:///', 'must name a file'],
    ['file::memory:', 'must name a file'],
    ['file:~/app.db', 'without ~'],
    ['file://data/app.db', 'no slash or three'],
    ['file:///a#b.db', '%23'],
    ['file:///a%b.db', '%25'],
    ['./data/app.db', 'must start with file: or postgresql://'],
    ['sqlite:./data/app.db', 'must start with file: or postgresql://'],
    ['mysql://localhost/app', 'must start with file: or postgresql://'],
    ['postgresql://one:5432,two:5432/app', 'one host'],
  ])('%s is refused for what is wrong with it', (DATABASE_URL, problem) => {
    expect(read({ DATABASE_URL }).problems).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    'postgresql:///app?host=/var/run/postgresql',
    'postgres://ada@[::1]:5432/app?schema=a',
  ])('%s is accepted', (DATABASE_URL) => {
    expect(read({ DATABASE_URL })).toMatchObject({ problems: [], databaseUrl: DATABASE_URL })
  })
})
