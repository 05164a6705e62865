import { z } from 'zod'

// The kinds of values that the environment's variables have (env.ts).

/** A whole number in a range, and what it is when nothing is set. */
export const wholeNumber = (fallback: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)
    .default(fallback)

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`)

/** Where a server can listen. */
export const Host = z.union([z.ipv4(), z.ipv6(), z.hostname()], 'must be an address or a host name')

/** Says whether it is scheme and host of a site, and nothing more. */
export function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && url.origin === value.replace(/\/$/, '').toLowerCase()
}

// Whoever copies one of these as it stands would sign with what everybody can read.
const SECRET_PLACEHOLDERS = ['change-me', 'the output of']

/** Says whether it is what the examples show in the place of a secret. */
export function isPlaceholder(secret: string): boolean {
  return SECRET_PLACEHOLDERS.some((placeholder) => secret.startsWith(placeholder))
}
