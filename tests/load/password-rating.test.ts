import { describe, expect, test } from 'vitest'
import { leastTime } from '../support/least-time.ts'
import { alice, codeFor, GOOD } from '../support/password-owner.ts'

describe('findPasswordProblem', () => {
  test.each([
    ['repeats', '1qaz2wsx'.repeat(128)],
    ['digits that stand for letters', '4@8({[<369|1!0$5+7%2'.repeat(51)],
    ['dates', '1.1.2001-12/12/99'.repeat(60)],
  ])('is soon done with 1,024 bytes of %s', (_what, password) => {
    const short = leastTime(() => codeFor(password.slice(0, 64)))
    const long = leastTime(() => codeFor(password))

    // Without its bounds it grows with the square of the length and more, to 256 times.
    expect(long / short).toBeLessThan(50)
  })

  // Each is refused, and so costs its sender nothing.
  test.each([
    ['signs that stand for letters', 'p4$$w0rd'.repeat(128)],
    ['signs that stand for several letters', 'pa55w0rd1!l33t'.repeat(70)],
    ['dates and signs', '1/1/1991p4$$w0rd5th3w0rd'.repeat(40)],
    ['digits', '0123456789'.repeat(102)],
    ['two weak ends', `${'p4$$w0rd'.repeat(3)}${'1l0v3y0u'.repeat(3)}`],
  ])('takes not many times as long as for a good password for %s', (_what, password) => {
    // In turns, and many: the first are slow for lack of compiled code, and a busy machine slows some of them.
    const rounds = Array.from({ length: 20 }, () =>
      [GOOD, password].map((each) => leastTime(() => codeFor(each))),
    )
    const [ordinary = 0, refused = 0] = [0, 1].map((which) =>
      Math.min(...rounds.map((times) => times[which] ?? 0)),
    )

    expect(refused / ordinary).toBeLessThan(9)
  })

  test.each(['username', 'email', 'name'] as const)(
    'is soon done with an owner whose %s has thousands of words',
    (field) => {
      const words = Array.from({ length: 8_000 }, (_, count) => (46_656 + count).toString(36))
      const usual = leastTime(() => codeFor(GOOD))

      const many = leastTime(() => codeFor(GOOD, { ...alice, [field]: words.join('.') }))

      expect(many / usual).toBeLessThan(10)
    },
  )
})
