import { isEasilyGuessed } from './common-passwords.ts'
import { composePassword, isPasswordTooLong, MAX_PASSWORD_BYTES } from './password-text.ts'

export type PasswordProblem = {
  readonly code: 'too-short' | 'too-long' | 'personal' | 'common'
  readonly message: string
}

/** What a password is measured against: the least number of code points, and what must not be in its place. */
export type PasswordOwner = {
  minLength: number
  username: string
  email: string
  name?: string | null
  appName: string
}

const SHORTEST_WORD = 3

/** Gives what is wrong with a new password, in words for the form, or null (NIST SP 800-63B-4, section 3.1.1.2). */
export function checkPassword(typed: string, owner: PasswordOwner): PasswordProblem | null {
  const password = composePassword(typed)
  if (countCharacters(password) < owner.minLength) return tooShort(owner.minLength)
  if (isPasswordTooLong(password)) return TOO_LONG
  return findWeakness(password, listWords(owner))
}

function findWeakness(password: string, words: string[]): PasswordProblem | null {
  if (isMadeOf(fold(password), words)) return PERSONAL
  if (!isEasilyGuessed(password, words)) return null
  return isEasilyGuessed(password, []) ? COMMON : PERSONAL
}

// What is left when their words are taken out, over and over, is too little to make it a secret.
function isMadeOf(password: string, words: string[]): boolean {
  const longestFirst = words.toSorted((one, other) => other.length - one.length)
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ''), password)
  return rest !== password && rest.replace(/[^\p{L}\p{N}]/gu, '').length < SHORTEST_WORD
}

// A string's length counts an emoji as two or more; a person counts it as one.
function countCharacters(password: string): number {
  return [...password].length
}

function listWords({ username, email, name, appName }: PasswordOwner): string[] {
  const names = [username, email, email.split('@')[0] ?? '', name ?? '', appName].map(fold)
  const words = names.flatMap((each) => [each, ...each.split(/[^\p{L}\p{N}]+/u)])
  return [...new Set(words)].filter((word) => word.length >= SHORTEST_WORD)
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function tooShort(minLength: number): PasswordProblem {
  return { code: 'too-short', message: `Use at least ${minLength} characters.` }
}

const TOO_LONG: PasswordProblem = {
  code: 'too-long',
  message: `Use a shorter password, of at most ${MAX_PASSWORD_BYTES.toLocaleString('en')} letters.`,
}

const PERSONAL: PasswordProblem = {
  code: 'personal',
  message:
    'Choose a password that is not made of your name, your email address or the name of this site.',
}

const COMMON: PasswordProblem = {
  code: 'common',
  message:
    'Choose a password that is harder to guess. This one is widely used or follows a simple pattern. Four or five words that have nothing to do with each other work well.',
}
