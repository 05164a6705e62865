import { z } from 'zod'

// What was typed is kept and shown; who is the same is decided by a folded copy, in a unique column.
// NFKC makes one of full-width, composed and decomposed letters; SQLite's own NOCASE knows only ASCII.

/** Takes a user name as typed; returns the key under which it is unique (Unicode NFKC, lower case). */
export function usernameKeyOf(username: string): string {
  return username.trim().normalize('NFKC').toLowerCase()
}

/** Takes an email address as typed; returns the key under which it is unique (Unicode NFKC, lower case). */
export function emailKeyOf(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}

/** Says whether what was typed to log in names an address: a user name has no @. */
export function isEmail(identifier: string): boolean {
  return identifier.includes('@')
}

// Letters, digits and marks of any script; no @, no space, nothing that cannot be seen.
const USERNAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u

// Whose letters are drawn alike. A name of two of them passes for another, as ada with a Cyrillic а (UTS #39).
const LOOK_ALIKES = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]

/** A user name: 2 to 32 code points. */
export const Username = z
  .string('Enter a user name.')
  .trim()
  .min(1, 'Enter a user name.')
  .refine((name) => hasLength(name, 2, 32), 'Use 2 to 32 characters for the user name.')
  .refine(
    (name) => USERNAME.test(name.normalize('NFKC')),
    'Use letters, digits, dots, dashes and underscores, and begin and end with a letter or a digit.',
  )
  .refine(
    (name) => LOOK_ALIKES.filter((letter) => letter.test(name)).length < 2,
    'Use letters of one alphabet in the user name.',
  )

/** An email address: at most 254 characters, 64 before the @ (RFC 5321). */
export const Email = z
  .string('Enter an email address.')
  .trim()
  .min(1, 'Enter an email address.')
  .max(254, 'Use an email address of at most 254 characters.')
  .refine(
    (email) => z.email().safeParse(email).success && email.indexOf('@') <= 64,
    'Enter an email address in the form name@example.com.',
  )

function hasLength(text: string, least: number, most: number): boolean {
  const { length } = [...text]
  return length >= least && length <= most
}
