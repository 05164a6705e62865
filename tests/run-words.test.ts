import { describe, expect, test } from 'vitest'
import { readWords } from './support/run-words.ts'

const known = {
  parts: ['types', 'sqlite', 'programs', 'load', 'postgresql', 'chromium'],
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

  test.each(['programs', 'load'])('runs the tests of %s in that part', (part) => {
    const path = `tests/${part}/`

    expect(read(path)).toEqual({ parts: [part], forVitest: [path] })
    expect(read(LOGIN, path)).toMatchObject({ parts: ['sqlite', part] })
  })

  test('hands a path to PostgreSQL when that is named', () => {
    expect(read('postgresql', LOGIN)).toEqual({ parts: ['postgresql'], forVitest: [LOGIN] })
  })

  test.each(['sqllite', 'tests/nowhere.test.ts', 'src/app.ts'])('refuses %s', (word) => {
    expect(read(word)).toBe(
      `${word} is neither a file or folder of tests nor one of types, sqlite, programs, load, postgresql, chromium.`,
    )
  })
})
