import { z } from 'zod'
import { english } from '../words/catalogue.ts'
import { readText } from '../words/words.ts'
import { Email, emailKeyOf, isVisible, Username, usernameKeyOf } from './identifiers.ts'
import type { NewUserRow } from './insert-users.ts'
import { findSimilarName } from './similar-name.ts'
import { markPreparedHash, type Preparation, readStoredHash } from './stored-hash.ts'

export type ForeignField =
  | 'id'
  | 'username'
  | 'email'
  | 'name'
  | 'passwordHash'
  | 'isActive'
  | 'createdAt'

/** One user of another program, as the file has it, and where that is, such as "line 3". */
export type ForeignUser = {
  place: string
  fields: Partial<Record<ForeignField, unknown>>
  /** What was wrong with it before its fields were read. */
  problem?: string
}

/** A user who can come over. */
export type AcceptedUser = {
  place: string
  row: NewUserRow
  /** The user name there, where it is not allowed or is taken here. */
  renamedFrom: string | null
}

export type RefusedUser = { place: string; username: string; reasons: string[] }

export type ImportRules = {
  /** When the import happens. */
  at: Date
  /** The other program has verified the emails. */
  areVerified: boolean
  /** User names that are not allowed here, or taken, give way to similar ones. */
  renames: boolean
  /** Users whose hash cannot be used come without a password. */
  withoutPassword: boolean
  /** What the other program made of passwords before bcrypt. */
  preparation: Preparation | null
}

const LONGEST_ID = 64
const LONGEST_NAME = 100

// Sessions name a user by id and epoch with a dot between (sessions/session-rows.ts).
const ForeignId = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? 'the id is a number that JSON does not keep exactly: put it in quotes'
        : 'the id is missing',
  })
  .min(1, 'the id is missing')
  .max(LONGEST_ID, `the id is longer than ${LONGEST_ID} characters`)
  .regex(/^[^.\s\p{C}]*$/u, 'the id holds a dot, a space or something that cannot be seen')

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

const NO_HASH = 'the password hash is missing'

function hashRule({ withoutPassword, preparation }: ImportRules) {
  const rule = z
    .string(NO_HASH)
    .min(1, NO_HASH)
    .transform((hash) => (preparation ? markPreparedHash(hash, preparation) : hash))
    // Never the hash itself: what is said here ends up in terminals and logs.
    .refine(
      (hash) => hash === '' || (hash !== null && readStoredHash(hash) !== null),
      'the password hash is in no format that is known here, or asks for too much work',
    )
  return withoutPassword ? rule.catch(null) : rule
}

const EARLIEST = new Date('1990-01-01')
const NO_TIME = 'created_at is neither a time as in ISO 8601 nor seconds since 1970'

// Without an offset in UTC. PostgreSQL writes +00 for +00:00.
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)? ?(?:Z|([+-]\d\d):?(\d\d)?)?$/
const SECONDS = /^\d+(\.\d+)?$/

function timeRule({ at }: ImportRules) {
  return z
    .union([z.string(), z.number()], NO_TIME)
    .nullish()
    .transform((text) => (text ? readTime(String(text).trim()) : at))
    .refine((time) => time !== null, { error: NO_TIME, abort: true })
    .refine(
      (time) => time === null || (time >= EARLIEST && time <= at),
      'created_at is before 1990 or in the future',
    )
}

function readTime(text: string): Date | null {
  if (SECONDS.test(text)) return new Date(Number(text) * 1000)
  const [iso, day, time = '00:00', seconds = ':00', hours, minutes = '00'] = ISO.exec(text) ?? []
  const offset = hours ? `${hours}:${minutes}` : 'Z'
  const read = z.iso.datetime({ offset: true }).safeParse(`${day}T${time}${seconds}${offset}`)
  return iso && read.success ? new Date(read.data) : null
}

/** Checks users one by one: each as it would be here, or why it cannot be. */
export function createCheck(rules: ImportRules): (user: ForeignUser) => AcceptedUser | RefusedUser {
  const Foreign = schemaOf(rules)
  return ({ place, fields, problem }) => {
    const typed = typeof fields.username === 'string' ? fields.username : ''
    const refuse = (reasons: string[]) => ({ place, username: typed, reasons })
    if (problem !== undefined) return refuse([problem])
    const isRenamed = rules.renames && !Username.safeParse(typed).success
    const username = isRenamed ? findSimilarName(typed, fields.email) : fields.username
    const read = Foreign.safeParse({ ...fields, username })
    if (!read.success) return refuse(read.error.issues.map(inEnglish))
    return { place, row: toRow(read.data, rules), renamedFrom: isRenamed ? typed : null }
  }
}

function inEnglish({ message }: z.core.$ZodIssue): string {
  return english.say(readText(message))
}

function schemaOf(rules: ImportRules) {
  return z.object({
    id: ForeignId,
    username: present('user name').pipe(Username),
    email: present('email').pipe(Email),
    name: ForeignName,
    passwordHash: hashRule(rules),
    isActive: ForeignFlag,
    createdAt: timeRule(rules),
  })
}

function toRow(
  { isActive, ...user }: z.infer<ReturnType<typeof schemaOf>>,
  { at, areVerified }: ImportRules,
): NewUserRow {
  return {
    ...user,
    usernameKey: usernameKeyOf(user.username),
    emailKey: emailKeyOf(user.email),
    name: user.name || null,
    createdAt: user.createdAt ?? at,
    emailVerifiedAt: areVerified ? at : null,
    disabledAt: isActive ? null : at,
  }
}

function present(what: string) {
  return z.string(`the ${what} is missing`).trim().min(1, `the ${what} is missing`)
}

/** Whether a checked user can come over. */
export function isAccepted(user: AcceptedUser | RefusedUser): user is AcceptedUser {
  return !('reasons' in user)
}
