import { describe, expect, test } from 'vitest'
import { readSourceFiles } from './support/source-files.ts'

const files = readSourceFiles()

/** Takes a package; returns the files that run some of it, whatever they call its types. */
const whoUses = (name: string) =>
  files.filter(({ imported }) => imported.includes(name)).map(({ path }) => path)

describe('a package with a callback, a global or a trap', () => {
  test.each([
    ['passport', ['auth/passport.ts']],
    ['passport-local', ['auth/passport.ts']],
    ['bcrypt', ['accounts/bcrypt.ts']],
    ['csurf', ['http/csrf.ts']],
    ['helmet', ['http/security-headers.ts']],
    ['nodemailer', ['mail/transport.ts']],
    ['pino', ['log.ts']],
    // One for pages, one for messages.
    ['nunjucks', ['http/views.ts', 'mail/templates.ts']],
    // Sessions, and the class that a store of them has to extend.
    ['express-session', ['database/session-store.ts', 'http/session.ts']],
  ])('%s is met in %j', (name, places) => {
    expect(whoUses(name).sort()).toEqual(places)
  })
})

describe('process.env', () => {
  test('is read in env.ts alone', () => {
    const readers = files.filter(({ text }) => /\bprocess\.env\b|\bprocess\['env'\]/.test(text))

    expect(readers.map(({ path }) => path)).toEqual(['env.ts'])
  })
})

describe('the time', () => {
  test('is told by a clock that is handed in, so that a test can turn it', () => {
    const tellers = files.filter(({ text }) => /\bDate\.now\(|\bnew Date\(\)/.test(text))

    expect(tellers.map(({ path }) => path)).toEqual(['clock.ts'])
  })

  test('has its factors in durations.ts alone', () => {
    const factors = /\b(60 ?\* ?(60|1000)|24 ?\* ?60|3600(_?000)?|86_?400(_?000)?)\b/
    const counters = files.filter(({ text }) => factors.test(text))

    expect(counters.map(({ path }) => path)).toEqual([])
  })
})
