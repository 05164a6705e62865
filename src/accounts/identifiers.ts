import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { type Key, text } from '../words/words.ts'
import { isOfOneAlphabet, looksLatin } from './alphabets.ts'

// What was typed is stored and shown; folded copies in unique columns decide who is the same. SQLite's
// own NOCASE knows only ASCII.

/** The key under which a user name is unique. */
export function usernameKeyOf(username: string): string {
  return fold(username)
}

/** The key under which an email is unique. */
export function emailKeyOf(email: string): string {
  return withAsciiDomain(fold(email))
}

/** The key of what is typed to log in. Without @ a user name and an email fold alike. */
export function identifierKeyOf(typed: string): string {
  return emailKeyOf(typed)
}

/** A user name has no @. */
export function isEmail(identifier: string): boolean {
  return identifier.includes('@')
}

// Normalising takes time that grows with the square of a run of marks.
const LONGEST_FOLDED = 254

function fold(typed: string): string {
  const text = typed.trim()
  return text.length > LONGEST_FOLDED ? text : foldCase(text.normalize('NFKC'))
}

// Greek and Cyrillic have small letters that share a capital, as σ and ς.
function foldCase(text: string): string {
  return text.replace(/[σς\u1c80-\u1c88]/g, (letter) => letter.toUpperCase()).toLowerCase()
}

// Chromium sends räucher.de as xn--rucher-bua.de from a field of type email, and as typed from any other.
function withAsciiDomain(email: string): string {
  const at = email.lastIndexOf('@') + 1
  const domain = email.slice(at)
  if (at === 0 || email.length > LONGEST_FOLDED || isAscii(domain)) return email
  return email.slice(0, at) + domainToASCII(fold(domain))
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text)
}

// Letters, digits and marks; no @, no space.
const USERNAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
// A mark set twice, and the fifth one in a row, cannot be told from fewer (UTS #39, section 5.4).
const PILED_MARKS = /(\p{Mn})\1|\p{Mn}{5}/u
// Drawn as i and j are without it (UTS #39, section 5.4). İ keeps its dot: it differs from I.
const HIDDEN_DOT = /[\p{Soft_Dotted}ıȷ]\p{Mn}*\u0307/u

export const Username = usernameOrKept(null)

/** Accepts the user name that an account has already: the rules may have been looser then. */
export function usernameOrKept(current: string | null) {
  return z
    .string(text('username.missing'))
    .trim()
    .superRefine((name, context) => {
      const problem = name === current ? null : findUsernameProblem(name)
      if (problem) context.addIssue({ code: 'custom', message: text(problem) })
    })
}

// Checked in the form that decides who is the same: ﬁ is fi by then, and µ Greek.
function findUsernameProblem(name: string): Key | null {
  if (name === '') return 'username.missing'
  if (!hasLength(name, 2, 32)) return 'username.length'
  const key = fold(name)
  if (!USERNAME.test(key) || hasHidden(key) || HIDDEN_DOT.test(name.normalize('NFKD')))
    return 'username.characters'
  if (!isOfOneAlphabet(key)) return 'username.alphabets'
  return looksLatin(name) || looksLatin(key) ? 'username.look-alike' : null
}

function hasHidden(name: string): boolean {
  return INVISIBLE.test(name) || PILED_MARKS.test(name.normalize('NFD'))
}

function hasLength(text: string, least: number, most: number): boolean {
  if (text.length > 2 * most) return false
  const { length } = [...text]
  return length >= least && length <= most
}

/** An email as a field of type email takes it (HTML standard), of at most 254 characters, 64 before the @ (RFC 5321). */
export const Email = z
  .string(text('email.missing'))
  .trim()
  .min(1, text('email.missing'))
  .max(LONGEST_FOLDED, text('email.too-long'))
  // Stored in the form that mail servers read: a notice of a new email shows a look-alike domain for what it is.
  .overwrite(withAsciiDomain)
  .refine(
    (email) =>
      z.regexes.html5Email.test(email) &&
      email.length <= LONGEST_FOLDED &&
      email.indexOf('@') <= 64,
    text('email.malformed'),
  )

// The braille blank and the null notehead are drawn, as nothing.
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800\u{1d159}])[\p{L}\p{N}\p{P}\p{S}]/u

/** Whether a name shows anything on a page. */
export function isVisible(name: string): boolean {
  return VISIBLE.test(name)
}

/** What an account is called; may be empty. */
export const Name = z
  .string()
  .trim()
  .max(100, text('name.too-long'))
  // U+202D and U+202E turn letters around, in emails too; U+FFFC stands for an object that is not there.
  .regex(/^[^\p{Cc}\u202d\u202e\ufffc]*$/u, text('name.control-characters'))
  .refine((name) => name === '' || isVisible(name), text('name.invisible'))
