import { describe, expect, test } from 'vitest'
import { callDifference } from '../bench/numbers.ts'
import { checksTable } from '../bench/report.ts'

describe('callDifference', () => {
  test.each([
    ['is larger than the spread', [1.5, 1.6, 1.7], 'more'],
    ['is larger than the spread the other way', [0.6, 0.62, 0.65], 'less'],
    ['is smaller than the spread, although all rounds agree', [1.05, 1.1, 1.3], 'no difference'],
    ['has another sign in one round', [0.9, 1.3, 1.35], 'no difference'],
    ['was seen in two rounds only', [2, 2], 'no difference'],
    ['could not be measured', [Number.NaN, Number.NaN, Number.NaN], 'no difference'],
  ])('of a difference that %s', (_, ratios, said) => {
    expect(callDifference(ratios)).toBe(said)
  })
})

describe('checksTable', () => {
  test.each([
    ['reached', { atLeast: 1.4 }],
    ['**missed**', { atLeast: 1.6 }],
    ['reached', { atMost: 1.5 }],
    ['**missed**', { atMost: 1.4 }],
  ])('says %s of a median of 1.5 and a goal of %o', (verdict, goal) => {
    const row = checksTable([{ what: 'a : b', values: [1, 1.5, 9], ...goal }]).split('\n')[2]

    expect(row?.endsWith(`| ${verdict} |`)).toBe(true)
  })
})
