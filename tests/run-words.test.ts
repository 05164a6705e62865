import { describe, expect, test } from 'vitest'
import { readWords } from './support/run-words.ts'

const known = {
  parts: ['types', 'sqlite', 'programs', 'postgresql', 'chromium'],
  exists: (path: string) => !path.includes('nowhere'),
}
const read = (...words: string[]) => readWords(words, known)
const LOGIN = 'tests/pages/login.test.ts'

describe('npm test', () => {
  test('runs every part when nothing is named', () => {
    expect(read()).toEqual({ parts: [], forVitest: [] })
  })

  test('hands paths and -t to vitest, on SQLite', () => {
    expect(read(LOGIN, '-t', 'wrong password', '--reporter=dot')).toEqual({
      parts: ['sqlite'],
      forVitest: [LOGIN, '-t', 'wrong password', '--reporter=dot'],
    })
  })

  test('runs the tests of the browser in the browser', () => {
    expect(read('tests/browser/journey.test.ts')).toMatchObject({ parts: ['chromium'] })
  })

  test('runs the tests that start programs in a part of their own', () => {
    const server = 'tests/programs/server.test.ts'

    expect(read(server)).toEqual({ parts: ['programs'], forVitest: [server] })
    expect(read(LOGIN, server)).toMatchObject({ parts: ['sqlite', 'programs'] })
  })

  test('hands a path to PostgreSQL when that is named', () => {
    expect(read('postgresql', LOGIN)).toEqual({ parts: ['postgresql'], forVitest: [LOGIN] })
  })

  test.each(['sqllite', 'tests/nowhere.test.ts', 'src/app.ts'])('refuses %s', (word) => {
    expect(read(word)).toBe(
      `${word} is neither a file or folder of tests nor one of types, sqlite, programs, postgresql, chromium.`,
    )
  })
})
