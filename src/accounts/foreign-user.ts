import { z } from 'zod'
import { Email, emailKeyOf, isVisible, Username, usernameKeyOf } from './identifiers.ts'
import { readStoredHash } from './stored-hash.ts'

export type ForeignField = 'id' | 'username' | 'email' | 'name' | 'passwordHash' | 'isActive'

/** One user of another program, as the file has it, and where that is, such as "line 3". */
export type ForeignUser = {
  place: string
  fields: Partial<Record<ForeignField, unknown>>
  /** What was wrong with it before anybody looked at its fields. */
  problem?: string
}

/** A user who can come over. */
export type AcceptedUser = {
  place: string
  id: string
  username: string
  usernameKey: string
  email: string
  emailKey: string
  name: string | null
  passwordHash: string
  isActive: boolean
}

export type RefusedUser = { place: string; username: string; reasons: string[] }

const LONGEST_ID = 64
const LONGEST_NAME = 100

// The login that a session carries is the id and the epoch with a dot between (database/login-id.ts).
const ForeignId = z
  .string('the id is missing')
  .min(1, 'the id is missing')
  .max(LONGEST_ID, `the id is longer than ${LONGEST_ID} characters`)
  .regex(/^[^.\s\p{C}]*$/u, 'the id holds a dot, a space or something that cannot be seen')

const ForeignHash = z
  .string('the password hash is missing')
  .min(1, 'the password hash is missing')
  // Never the hash itself: what is said here ends up in terminals and logs.
  .refine(
    (hash) => hash === '' || readStoredHash(hash) !== null,
    'the password hash is in no format that is known here, or asks for too much work',
  )

const ForeignName = z
  .string('the name is no text')
  .trim()
  .max(LONGEST_NAME, `the name is longer than ${LONGEST_NAME} characters`)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'the name holds control characters')
  // A name that shows nothing gives way to the user name.
  .transform((name) => (isVisible(name) ? name : ''))
  .nullish()

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  1: true,
  false: false,
  f: false,
  no: false,
  0: false,
}

// A user who was disabled there must not log in here.
const ForeignFlag = z
  .union([z.string(), z.boolean()], 'whether the user is active is neither true nor false')
  .nullish()
  .transform((flag) => (flag === '' ? null : flag))
  .transform((flag) => FLAGS[String(flag ?? true).toLowerCase()])
  .refine((flag) => flag !== undefined, 'whether the user is active is neither true nor false')

const Foreign = z.object({
  id: ForeignId,
  username: present('user name').pipe(Username),
  email: present('email address').pipe(Email),
  name: ForeignName,
  passwordHash: ForeignHash,
  isActive: ForeignFlag,
})

function present(what: string) {
  return z.string(`the ${what} is missing`).trim().min(1, `the ${what} is missing`)
}

/** Takes one user of another program; returns it as it would be here, or why it cannot be. */
export function checkForeignUser({
  place,
  fields,
  problem,
}: ForeignUser): AcceptedUser | RefusedUser {
  const refuse = (reasons: string[]) => ({ place, username: nameOf(fields), reasons })
  if (problem !== undefined) return refuse([problem])
  const read = Foreign.safeParse(fields)
  if (!read.success) return refuse(read.error.issues.map(({ message }) => message))
  const { username, email, name, isActive = true } = read.data
  const keys = { usernameKey: usernameKeyOf(username), emailKey: emailKeyOf(email) }
  return { place, ...read.data, name: name || null, isActive, ...keys }
}

function nameOf({ username }: ForeignUser['fields']): string {
  return typeof username === 'string' ? username : ''
}

/** Says whether a checked user can come over. */
export function isAccepted(user: AcceptedUser | RefusedUser): user is AcceptedUser {
  return !('reasons' in user)
}
