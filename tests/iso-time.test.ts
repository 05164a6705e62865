import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIso } from '../src/iso-time.ts'

describe('formatIso', () => {
  test('gives what toISOString does, also before 1970 and after 9999', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (time) => {
        expect(formatIso(time)).toBe(time.toISOString())
      }),
    )
  })

  test.each([
    ['the first millisecond of a day', '2026-11-27T00:00:00.000Z'],
    ['the last', '2026-11-27T23:59:59.999Z'],
    ['a leap day', '2024-02-29T09:08:07.006Z'],
    ['the day before 1970', '1969-12-31T23:59:59.999Z'],
    ['the first day of the calendar', '-271821-04-20T00:00:00.000Z'],
    ['the last', '+275760-09-13T00:00:00.000Z'],
  ])('writes %s', (_, text) => {
    expect(formatIso(new Date(text))).toBe(text)
  })

  test('throws on an invalid Date', () => {
    expect(() => formatIso(new Date(Number.NaN))).toThrow(RangeError)
  })
})
