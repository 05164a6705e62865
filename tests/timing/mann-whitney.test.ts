import { describe, expect, test } from 'vitest'
import { compareSamples } from './mann-whitney.ts'

const range = (length: number, from: number) => Array.from({ length }, (_, index) => from + index)

describe('compareSamples', () => {
  test('gives what SciPy gives for the example in its manual', () => {
    const { u, p, auc } = compareSamples([19, 22, 16, 29, 24], [20, 11, 17, 12])

    expect(u).toBe(17)
    expect(auc).toBe(17 / 20)
    expect(p).toBeCloseTo(0.111347, 5)
  })

  test('corrects for ties, as SciPy does', () => {
    const { u, p } = compareSamples([1, 2, 2, 3, 5], [2, 3, 3, 4, 5, 5])

    expect(u).toBe(8)
    expect(p).toBeCloseTo(0.222281, 5)
  })

  test('tells two apart that do not overlap, whichever is the greater', () => {
    const [low, high] = [range(50, 0), range(50, 100)]

    expect(compareSamples(low, high)).toMatchObject({ u: 0, auc: 0 })
    expect(compareSamples(high, low)).toMatchObject({ u: 2500, auc: 1 })
    expect(compareSamples(low, high).p).toBeLessThan(1e-9)
  })

  test('finds nothing between a sample and itself, nor where all are the same', () => {
    const sample = range(20, 0)

    expect(compareSamples(sample, sample)).toMatchObject({ z: 0, auc: 0.5 })
    expect(compareSamples(sample, sample).p).toBeCloseTo(1, 6)
    expect(compareSamples([7, 7, 7], [7, 7])).toMatchObject({ z: 0, auc: 0.5 })
  })
})
