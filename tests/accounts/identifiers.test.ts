import { describe, expect, test } from 'vitest'
import { Username, usernameKeyOf } from '../../src/accounts/identifiers.ts'

describe('a user name', () => {
  test.each([
    'ada',
    'Zoë',
    'straße',
    'жанна',
    'Αθηνά',
    '李小龙',
    'さくら',
    'अदिति',
    'x2',
    '李-bruce',
  ])('is taken in any alphabet: %s', (name) => {
    expect(Username.parse(name)).toBe(name)
  })

  test.each([
    ['Latin and Cyrillic letters', 'аda'],
    ['Latin and Greek letters', 'αda'],
    ['Cyrillic and Greek letters', 'жα'],
    ['a space that cannot be seen', 'a\u200bda'],
    ['a letter that turns the line around', 'a\u202eda'],
    ['a half of a pair', 'a\ud800da'],
  ])('is refused with %s', (_, name) => {
    expect(Username.safeParse(name).success).toBe(false)
  })

  test.each([
    ['case', 'ADA', 'ada'],
    ['width', 'ａｄａ', 'ada'],
    ['strokes', 'Zoe\u0308', 'zoë'],
  ])('is the same whatever its %s', (_, one, other) => {
    expect(usernameKeyOf(one)).toBe(usernameKeyOf(other))
  })
})
