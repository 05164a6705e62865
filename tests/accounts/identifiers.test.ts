import { describe, expect, test } from 'vitest'
import { Email, emailKeyOf, Name, Username, usernameKeyOf } from '../../src/accounts/identifiers.ts'
import { leastTime } from '../support/least-time.ts'

const accepts = (schema: typeof Username, text: string) => schema.safeParse(text).success

describe('a user name', () => {
  test.each([
    ...['ada', 'x2', 'ada.l_2-x', 'Zoë', 'straße', 'kjær', 'Yılmaz', 'İpek', 'Nguyễn'],
    ...['жанна', 'Егор', 'Макс', 'Αθηνά', 'Σωκράτης', 'Արամ', 'გიორგი'],
    ...['李小龙', 'さくら', 'サーバー', '김철수', 'ボブさん2', 'bruce-李', '김bob', 'ㄅob李'],
    ...['अदिति', 'नेहा१', 'தமிழ்', 'သန္တာ', 'สมชาย', 'ខ្មែរ', 'አበበ', 'محمد', 'علی۱۲', 'דוד'],
  ])('is accepted in any alphabet in everyday use: %s', (name) => {
    expect(Username.parse(name)).toBe(name)
  })

  test.each([
    ['a combining grapheme joiner', 'a\u034fda'],
    ['Hangul fillers only', '\u3164\u3164'],
    ['half-width Hangul fillers only', '\uffa0\uffa0'],
    ['a Hangul filler at its end', '김\u115f'],
    ['a variation selector', 'ada\ufe0f'],
    ['a Mongolian variation selector', 'ada\u180b'],
    ['a variation selector of plane 14', 'ada\u{e0101}'],
    ['a tag', 'ada\u{e0061}'],
    ['a soft hyphen', 'a\u00adda'],
    ['a zero-width space', 'a\u200bda'],
    ['a word joiner', 'a\u2060da'],
    ['a letter that reverses the line', 'a\u202eda'],
    ['braille blanks only', '\u2800\u2800'],
  ])('is refused with what cannot be seen: %s', (_, name) => {
    expect(accepts(Username, name)).toBe(false)
  })

  test.each([
    ['Cyrillic in Latin', 'аda'],
    ['Greek in Latin', 'αda'],
    ['Greek in Cyrillic', 'жα'],
    ['Georgian in Latin', 'აda'],
    ['Hangul in Japanese', 'さ김'],
    ['the micro sign, which folds to Greek', 'µda'],
    ['the script small l, which folds to Latin', 'ℓж'],
    ['a full-width Latin letter', 'жａ'],
    ['an ordinal indicator, which folds to Latin', 'жª'],
  ])('is refused when it mixes alphabets: %s', (_, name) => {
    const { error } = Username.safeParse(name)

    expect(error?.issues.map(({ message }) => message)).toEqual(['username.alphabets'])
  })

  test.each([
    ['Cyrillic letters', 'сосо'],
    ['Cyrillic letters and a digit', 'раура1'],
    ['Cyrillic capitals', 'МАКС'],
    ['Greek letters', 'ορορ'],
    ['Armenian letters', 'սոսո'],
    ['Greek letters of mathematics', '\u{1d6fc}\u{1d6fe}'],
    ['a phonetic letter', 'ɑda'],
    ['Cherokee letters', 'ᎪᎠ'],
  ])('is refused when it passes for a Latin one: %s', (_, name) => {
    expect(accepts(Username, name)).toBe(false)
  })

  test.each([
    ['a mark set twice', 'a\u0301\u0301da'],
    ['five marks in a row', 'a\u0301\u0302\u0303\u0304\u0306da'],
    ['a dot that i has already', 'i\u0307stanbul'],
    ['a dot that i has already, behind a mark below', 'i\u0323\u0307stanbul'],
    ['a dot that Cyrillic і has already', 'Кі\u0307ра'],
    ['a dot that makes i of ı', 'ı\u0307stanbul'],
    ['a dot that makes j of ȷ', 'ȷ\u0307an'],
    ['half of a surrogate pair', 'a\ud800da'],
    ['a space', 'a da'],
    ['a dot at its end', 'ada.'],
    ['33 letters', 'a'.repeat(33)],
    ['one letter', 'a'],
  ])('is refused with %s', (_, name) => {
    expect(accepts(Username, name)).toBe(false)
  })

  test.each([
    ['case', 'ADA', 'ada'],
    ['width', 'ａｄａ', 'ada'],
    ['strokes', 'Zoe\u0308', 'zoë'],
    ['case in Greek', 'ΟΔΥΣΣΕΑΣ', 'οδυσσεασ'],
    ['forms of a Cyrillic letter', 'к\u1c82т', 'кот'],
  ])('is the same whatever its %s', (_, one, other) => {
    expect(usernameKeyOf(one)).toBe(usernameKeyOf(other))
  })

  test.each([
    ['ada', 'ada'],
    ['Lord_Marmalade.III', 'lord_marmalade.iii'],
    ['Zoë', 'zoë'],
    ['Straße', 'straße'],
    ['ΟΔΥΣΣΕΑΣ', 'οδυσσεας'],
    ['Жанна', 'жанна'],
    ['İstanbul', 'i\u0307stanbul'],
    ['Iıstanbul', 'iıstanbul'],
  ])('has the key that earlier releases stored: %s', (name, key) => {
    expect(usernameKeyOf(name)).toBe(key)
    expect(accepts(Username, name)).toBe(true)
  })
})

describe('an email', () => {
  test.each([
    'user@xn--e1afmkfd.xn--p1ai',
    'john&jane@example.com',
    'a/b@example.com',
    'user!x@example.com',
    "o'hara+news@mail.example.co.uk",
    '{ada}=1|2^3~4`5@example.com',
    'ada@localhost',
    `${'a'.repeat(64)}@example.com`,
  ])('is accepted where a field of type email accepts it: %s', (email) => {
    expect(Email.parse(email)).toBe(email)
  })

  test.each([
    ['no @', 'ada.example.com'],
    ['two', 'ada@b@example.com'],
    ['no host', 'ada@'],
    ['a dash at the end of a label', 'ada@example-.com'],
    ['a label of 64 letters', `ada@${'b'.repeat(64)}.com`],
    ['65 letters before the @', `${'a'.repeat(65)}@example.com`],
    ['an umlaut before the @', 'müller@example.com'],
    ['a line end', 'ada@example.com\nBcc: eve@example.com'],
    ['a domain that cannot be one', 'ada@räu cher.de'],
    ['a domain too long once it is encoded', `ada@${'ä'.repeat(60)}.${'ö'.repeat(60)}.example`],
  ])('is refused with %s', (_, email) => {
    expect(accepts(Email, email)).toBe(false)
  })

  test.each([
    ['Unicode and punycode', 'Ada@räucher.de', 'ada@xn--rucher-bua.de'],
    ['case', 'ADA@RÄUCHER.DE', 'ada@räucher.de'],
    ['strokes', 'ada@ra\u0308ucher.de', 'ada@räucher.de'],
    ['a full stop of East Asia', 'ada@example。org', 'ada@example.org'],
    ['a sharp s', 'ada@STRAẞE.de', 'ada@straße.de'],
  ])('is the same whatever the form of its domain: %s', (_, one, other) => {
    expect(emailKeyOf(one)).toBe(emailKeyOf(other))
    expect(emailKeyOf(Email.parse(one))).toBe(emailKeyOf(other))
  })

  test('has the key that earlier releases stored', () => {
    expect(emailKeyOf(' Ada.L+x@Mail.Example.ORG ')).toBe('ada.l+x@mail.example.org')
  })

  test('is kept with the domain that mail is sent to', () => {
    expect(Email.parse('Ada@Räucher.de')).toBe('Ada@xn--rucher-bua.de')
  })
})

describe('a name', () => {
  test.each(['Ada Lovelace', 'O’Hara', '山田', '☺️', '', '\u202bעדה\u202c'])(
    'is accepted: %s',
    (name) => {
      expect(accepts(Name, name)).toBe(true)
    },
  )

  test.each([
    ['braille blanks', '\u2800\u2800'],
    ['Hangul fillers', '\u3164\u3164'],
    ['zero-width joiners', '\u200d\u200d'],
    ['a mark without a letter', '\u0301'],
    ['a null notehead', '\u{1d159}'],
  ])('is refused when it shows nothing: %s', (_, name) => {
    expect(accepts(Name, name)).toBe(false)
  })

  test.each(['\u202d', '\u202e', '\ufffc', '\u0007'])(
    'is refused with a character that turns text around or shows nothing: %j',
    (character) => {
      expect(accepts(Name, `Ada ${character}Lovelace`)).toBe(false)
    },
  )
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
    ['Username', 'marks out of order', `a${fill('\u0301')}${fill('\u0323')}`],
    ['Name', 'marks out of order', `a${fill('\u0301')}${fill('\u0323')}`],
  ])('costs about as much as any other of its length: %s, %s', (kind, _what, slow) => {
    const schema = { Email, Username, Name }[kind] ?? Username
    const plain = kind === 'Email' ? `${fill('a')}@example.org` : fill('a')
    const usual = leastTime(() => schema.safeParse(plain))

    expect(schema.safeParse(slow).success).toBe(false)
    expect(leastTime(() => schema.safeParse(slow)) / usual).toBeLessThan(100)
  })

  test.each([
    ['a user name', usernameKeyOf],
    ['an email', emailKeyOf],
  ])('is folded as quickly as any other of its length: %s', (_, keyOf) => {
    const usual = leastTime(() => keyOf(fill('a')))

    const slow = leastTime(() => keyOf(`a${fill('\u0301')}${fill('\u0323')}`))

    expect(slow / usual).toBeLessThan(100)
  })
})
