import { describe, expect, test } from 'vitest'
import { Email, Username, usernameKeyOf } from '../../src/accounts/identifiers.ts'
import { leastTime } from '../support/least-time.ts'

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

const LENGTH = 10_000

const fill = (text: string) => text.repeat(LENGTH / text.length)

// A pattern that tries every way to cut such a text takes thousands of times as long.
describe('an identifier made to be slow', () => {
  test.each([
    ['Email', '@s', fill('a@')],
    ['Email', 'dots', fill('a.')],
    ['Email', 'labels and no end', `a@${fill('a.')}!`],
    ['Email', 'dashes', `a@a${fill('-')}!`],
    ['Email', 'marks before the @', `${fill("'+")}!@a.example`],
    ['Username', 'dots', `${fill('a.')}!`],
    ['Username', 'dashes', `a${fill('-')}`],
    ['Username', 'combining marks', `a${fill('\u0301')}!`],
  ])('costs about as much as any other of its length: %s, %s', (kind, _what, slow) => {
    const schema = kind === 'Email' ? Email : Username
    const plain = kind === 'Email' ? `${fill('a')}@example.org` : fill('a')
    const usual = leastTime(() => schema.safeParse(plain))

    expect(schema.safeParse(slow).success).toBe(false)
    expect(leastTime(() => schema.safeParse(slow)) / usual).toBeLessThan(100)
  })
})
