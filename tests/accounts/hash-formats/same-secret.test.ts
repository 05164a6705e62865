import { describe, expect, test } from 'vitest'
import { isSameSecret } from '../../../src/accounts/hash-formats/same-secret.ts'

describe('isSameSecret', () => {
  test('tells equal from different, and from shorter without throwing', () => {
    expect(isSameSecret('secret', Buffer.from('secret'))).toBe(true)
    expect(isSameSecret('secret', 'secreT')).toBe(false)
    expect(isSameSecret('secret', 'secre')).toBe(false)
  })
})
