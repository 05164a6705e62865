import { describe, expect, test } from 'vitest'
import { describeFailure } from '../../src/runtime/failure.ts'

describe('describeFailure', () => {
  test.each([
    [
      'with its code',
      Object.assign(new Error('not there'), { code: 'ENOENT' }),
      'ENOENT not there',
    ],
    [
      'with its code once',
      Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }),
      'ENOENT: no such file',
    ],
    ['by the last line alone', new Error('Invalid call:\n{ secret }\nno table'), 'no table'],
    ['without a password', new Error('at postgresql://ada:hunter2@db/x'), 'at postgresql://…@db/x'],
    ['with its cause', new Error('failed', { cause: new Error('no table') }), 'failed: no table'],
    ['though it is no error', 'a secret', 'Something was thrown that is no error.'],
  ])('says it in one line %s', (_, thrown, words) => {
    expect(describeFailure(thrown)).toBe(words)
  })
})
