import { describe, expect, test } from 'vitest'
import { findPasswordProblem } from '../../src/accounts/password-rules.ts'
import { english } from '../../src/words/catalogue.ts'
import { alice, codeFor, GOOD } from '../support/password-owner.ts'

const PRINTABLE_ASCII = Array.from({ length: 95 }, (_, n) => String.fromCharCode(n + 32)).join('')

function sayProblem(password: string) {
  const problem = findPasswordProblem(password, alice)
  return problem && english.say(problem.text)
}

describe('findPasswordProblem', () => {
  test.each([
    ['words', GOOD],
    ['small letters', 'vhqzkpwxrtnbmdl'],
    ['digits', '804716293508137'],
    ['spaces at the ends', '  zebra umbrella  '],
    ['every printable ASCII character', PRINTABLE_ASCII],
    ['Polish', 'zażółć gęślą jaźń'],
    ['Spanish', 'mañana será otro día'],
    ['four words in Spanish', 'caballo grapa batería correcto'],
    ['64 letters', 'vhqzkpwxrtnbmdlc'.split('').join('q').repeat(3).slice(0, 64)],
    ['15 emoji', '🐎🔋📎🌵🎻🧂🚲🪁🧶🦉🫖🪜🧲🎈🪵'],
    ['1,024 bytes', `${GOOD} ${'ü'.repeat(499)}x`],
  ])('takes a password of %s', (_what, password) => {
    expect(findPasswordProblem(password, alice)).toBeNull()
  })

  test.each([
    ['14 letters', 'vhqzkpwxrtnbmd'],
    ['14 emoji, though they are 28 units', '🐎🔋📎🌵🎻🧂🚲🪁🧶🦉🫖🪜🧲🎈'],
    ['14 letters, though decomposed they are more', 'vhqzkpwxrtnbé'.normalize('NFD')],
    ['nothing', ''],
  ])('finds %s too short and says how many it wants', (_what, password) => {
    expect(findPasswordProblem(password, alice)).toEqual({
      code: 'too-short',
      text: ['password.too-short', { least: 15 }],
    })
  })

  test('takes the least length from the settings', () => {
    expect(codeFor('vhqzkpwx', { ...alice, minLength: 8 })).toBeNull()
    expect(codeFor('vhqzkpw', { ...alice, minLength: 8 })).toBe('too-short')
  })

  test('finds 1,025 bytes too long, however few characters', () => {
    expect(codeFor(`${GOOD} ${'ü'.repeat(500)}`)).toBe('too-long')
  })

  test.each([
    'aaaaaaaaaaaaaaa',
    '123456789012345',
    'abcdefghijklmnop',
    'passwordpassword',
    'Password1Password1',
    'P@ssw0rdP@ssw0rd',
    'password12345678',
    'iloveyouiloveyou',
    'qwertyuiopasdfgh',
    'sdfghjklpoiuytr',
    '1qaz2wsx3edc4rfv',
    'worldofwarcraft',
    'WorldOfWarcraft',
    'WoRlDoFwArCrAfT',
    'worldofwarcraft1',
    'neversaymypassword',
    'mailcreated5240',
    'a'.repeat(1024),
    'password'.repeat(100),
    `${'1234567890'.repeat(20)}123`,
    'contraseñacontraseña',
    'usuario12345678',
    'bienvenidobienvenido',
    'alejandro123456',
  ])('finds %s common', (password) => {
    expect(codeFor(password)).toBe('common')
  })

  test('takes a common password with a random tail, for it is compared as a whole', () => {
    expect(codeFor('worldofwarcraft vkqzwpxt')).toBeNull()
    expect(codeFor(`${'password'.repeat(20)} vkqzwpxt`)).toBeNull()
  })

  test.each([
    ['the email', 'a.hamilton-smith@mail.example.com'],
    ['the email in capitals', 'A.Hamilton-Smith@Mail.Example.COM'],
    ['its part before the @ with a year', 'a.hamilton-smith1999'],
    ['the user name with a digit', 'alice.hamilton1'],
    ['the user name twice', 'alice.hamiltonalice.hamilton'],
    ['the name', 'Alice Hamilton-Smith'],
    ['the name of the site', 'LanternFestival'],
    ['the name of the site, dressed up', 'L4ntern Festival!'],
    ['the name over and over', 'alice.hamilton-alice.hamilton.1'],
  ])('refuses %s', (_what, password) => {
    expect(codeFor(password)).toBe('personal')
    expect(codeFor(`${password} vkqzwpxtmr`)).toBeNull()
  })

  test('refuses a long email whatever its length', () => {
    const email = `${'vhqzkpwxrt'.repeat(3)}mbndlc.ygsfj@${'hqkzvwpxtr'.repeat(4)}.example.com`

    expect(codeFor(email.toUpperCase(), { ...alice, email })).toBe('personal')
  })

  test('needs no name', () => {
    expect(codeFor(GOOD, { ...alice, name: null })).toBeNull()
  })

  test('finds a password too long that is long before it is composed only', () => {
    expect(codeFor(`${GOOD} ${'e\u0301'.repeat(499)}x`)).toBeNull()
    expect(codeFor('e\u0301'.repeat(2_000))).toBe('too-long')
  })

  test('counts in the words of its refusal what it measures', () => {
    expect(sayProblem('🐎'.repeat(257))).toBe(
      'Use a shorter password: at most 1,024 bytes, which is 1,024 plain letters or about 256 emoji.',
    )
    expect(codeFor(`${GOOD} ${'🐎'.repeat(249)}`)).toBeNull()
  })

  test('tells people what to do', () => {
    for (const password of ['short', 'x'.repeat(2000), 'a'.repeat(15), alice.email]) {
      expect(sayProblem(password)).toMatch(/^(Use|Choose) /)
      expect(sayProblem(password)).not.toMatch(/please|invalid|sorry/i)
    }
  })
})
