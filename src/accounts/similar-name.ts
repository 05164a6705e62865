import { Username } from './identifiers.ts'

// Room for a dash and a number in a user name of 32 characters.
const LONGEST = 24

/** An allowed user name that resembles this one; else one that resembles the beginning of the email; else "user". */
export function findSimilarName(username: string, email: unknown): string {
  const texts = [username, typeof email === 'string' ? email : '']
  const names = texts.map((text) => withAllowedCharacters(text.replace(/(?<=.)@.*/s, '')))
  return names.find((name) => Username.safeParse(name).success) ?? 'user'
}

/** With a number behind it. */
export function numberName(username: string, number: number): string {
  return `${cut(username)}-${number}`
}

function withAllowedCharacters(text: string): string {
  const visible = text.slice(0, 100).replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
  const allowed = visible.normalize('NFKC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '.')
  return cut(allowed.replace(/^[^\p{L}\p{N}]+/u, ''))
}

function cut(text: string): string {
  return [...text]
    .slice(0, LONGEST)
    .join('')
    .replace(/[._-]+$/, '')
}
