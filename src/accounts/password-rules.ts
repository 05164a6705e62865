import type { Text } from '../words/words.ts'
import { findEasyGuess } from './common-passwords.ts'
import { composePassword, isPasswordTooLong, MAX_PASSWORD_BYTES } from './password-hash.ts'

export type PasswordProblem = {
  readonly code: 'too-short' | 'too-long' | 'personal' | 'common'
  readonly text: Text
}

/** What a password must not be made of, and its least number of code points. */
export type PasswordOwner = {
  minLength: number
  username: string
  email: string
  name?: string | null
  appName: string
}

/** What is wrong with a new password, in words for the form (NIST SP 800-63B-4, section 3.1.1.2). */
export function findPasswordProblem(typed: string, owner: PasswordOwner): PasswordProblem | null {
  return findLengthProblem(typed, owner.minLength) ?? findWeakness(typed, owner)
}

export function findLengthProblem(typed: string, minLength: number): PasswordProblem | null {
  const password = composePassword(typed)
  if (isPasswordTooLong(password)) return TOO_LONG
  return countCharacters(password) < minLength ? tooShort(minLength) : null
}

/** Costs milliseconds: for passwords of a good length only, and after everything that is cheap to check. */
export function findWeakness(typed: string, owner: PasswordOwner): PasswordProblem | null {
  const password = composePassword(typed)
  const words = listWords(owner)
  if (isMadeOf(fold(password), words)) return PERSONAL
  const guess = findEasyGuess(password, words)
  if (!guess) return null
  return guess === 'personal' ? PERSONAL : COMMON
}

const SHORTEST_WORD = 3

// What is left when these words are taken out is too little to be a secret.
function isMadeOf(password: string, words: string[]): boolean {
  const longestFirst = words.toSorted((one, other) => other.length - one.length)
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ''), password)
  return rest !== password && rest.replace(/[^\p{L}\p{N}]/gu, '').length < SHORTEST_WORD
}

// A string's length counts an emoji as two or more; a person counts it as one.
function countCharacters(password: string): number {
  return [...password].length
}

// The estimator tries every word at every place of the password.
const MOST_WORDS = 40
const LONGEST_NAME = 254

function listWords({ username, email, name, appName }: PasswordOwner): string[] {
  const names = [username, email, email.split('@')[0] ?? '', name ?? '', appName]
  const whole = names.map((each) => fold(each.slice(0, LONGEST_NAME)))
  const parts = whole.flatMap((each) => each.split(/[^\p{L}\p{N}]+/u))
  const words = [...whole, ...parts].filter((word) => word.length >= SHORTEST_WORD)
  return [...new Set(words)].slice(0, MOST_WORDS)
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function tooShort(minLength: number): PasswordProblem {
  return { code: 'too-short', text: ['password.too-short', { least: minLength }] }
}

const TOO_LONG: PasswordProblem = {
  code: 'too-long',
  text: ['password.too-long', { bytes: MAX_PASSWORD_BYTES, emoji: MAX_PASSWORD_BYTES / 4 }],
}

const PERSONAL: PasswordProblem = {
  code: 'personal',
  text: 'password.personal',
}

const COMMON: PasswordProblem = {
  code: 'common',
  text: 'password.common',
}
