import { createPasswords } from '../../src/accounts/password-hash.ts'
import type { User } from '../../src/database/database.ts'
import { userRow } from '../support/rows.ts'
import type { Site } from './site.ts'

/** What a stranger sends, and the status that it is answered with. */
export type Case = { path: string; status: number; fields: () => Record<string, string> }

/** A door, what is sent to it, and which of those nobody may tell apart by the time. */
export type Door = { name: string; cases: Record<string, Case>; pairs: [string, string][] }

const PASSWORD = 'correct horse battery staple'
const OVERLONG = 'x'.repeat(1025)
const LONG_AGO = new Date('2020-01-01T00:00:00Z')

let count = 1000
const newName = () => `ada${count++}`
const newEmail = () => `${newName()}@example.org`

/** Takes an application where registration is open, and bcrypt's cost; returns its form to log in. */
export async function loginDoor(site: Site, cost: number): Promise<Door> {
  const hash = await hashAt(cost)
  const confirmed = { emailVerifiedAt: LONG_AGO, passwordHash: hash }
  const guessFor = async (changes: Partial<User>, password = 'a guess') => {
    const { username } = await addUser(site, { ...confirmed, ...changes })
    return logIn(() => username, password)
  }
  const cases = {
    unknown: logIn(newName),
    'unknown again': logIn(newName),
    'wrong password': await guessFor({}),
    disabled: await guessFor({ disabledAt: new Date('2026-01-01') }),
    leaving: await guessFor({ deletionDueAt: new Date('2040-01-01') }),
    unverified: await guessFor({ emailVerifiedAt: null }),
    'hash at a lower cost': await guessFor({ passwordHash: await hashAt(Math.max(4, cost - 2)) }),
    'hash of Werkzeug': await guessFor({ passwordHash: hashOfWerkzeug(cost) }),
    'overlong, known': await guessFor({}, OVERLONG),
    'overlong, unknown': logIn(newName, OVERLONG),
    'empty, known': await guessFor({}, ''),
    'empty, unknown': logIn(newName, ''),
  }
  const { 'empty, known': _, 'empty, unknown': __, ...hashing } = cases
  const pairs = [...pairWithFirst(hashing), pair('empty, unknown', 'empty, known')]
  return { name: 'login', cases, pairs }
}

/** Takes an application where addresses must be confirmed, and bcrypt's cost; returns logging in with what was just registered. */
export async function loginAfterDoor(site: Site, cost: number): Promise<Door> {
  const { username } = await addUser(site, { passwordHash: await hashAt(cost) })
  const cases = {
    'address was taken': logIn(newName, PASSWORD),
    'address was new': logIn(() => username, PASSWORD),
    'address was new, wrong password': logIn(() => username),
  }
  return { name: 'login after registering (verified)', cases, pairs: pairWithFirst(cases) }
}

/** Takes an application where addresses must be confirmed; returns its form to register. */
export async function registerDoor(site: Site): Promise<Door> {
  const member = await addUser(site, { emailVerifiedAt: LONG_AGO })
  const waiting = await addUser(site, {})
  const cases = {
    'new address': registerWith(newEmail),
    'new address again': registerWith(newEmail),
    'taken address': registerWith(() => member.email),
    'address not confirmed yet': registerWith(() => waiting.email),
  }
  return { name: 'register (verified)', cases, pairs: pairWithFirst(cases) }
}

/** Takes an application; returns its form to ask for a new password. */
export async function forgotDoor(site: Site): Promise<Door> {
  const member = await addUser(site, { emailVerifiedAt: LONG_AGO })
  const disabled = await addUser(site, {
    emailVerifiedAt: LONG_AGO,
    disabledAt: new Date('2026-01-01'),
  })
  const unverified = await addUser(site, {})
  const cases = {
    unknown: forget(newEmail),
    'unknown again': forget(newEmail),
    known: forget(() => member.email),
    disabled: forget(() => disabled.email),
    unverified: forget(() => unverified.email),
  }
  return { name: 'forgot-password', cases, pairs: pairWithFirst(cases) }
}

function logIn(name: () => string, password = 'a guess'): Case {
  return { path: '/login', status: 422, fields: () => ({ username: name(), password }) }
}

function registerWith(email: () => string): Case {
  const passwords = { password: PASSWORD, confirm: PASSWORD }
  const fields = () => ({ username: newName(), email: email(), ...passwords })
  return { path: '/register', status: 303, fields }
}

function forget(email: () => string): Case {
  return { path: '/forgot-password', status: 303, fields: () => ({ email: email() }) }
}

function pairWithFirst(cases: Record<string, Case>): [string, string][] {
  const [first = '', ...others] = Object.keys(cases)
  return others.map((other) => pair(first, other))
}

function pair(one: string, other: string): [string, string] {
  return [one, other]
}

async function hashAt(cost: number): Promise<string> {
  return String(await createPasswords({ cost }).hash(PASSWORD))
}

// Cheaper than bcrypt at that cost, as for a dearer one nothing can be made up.
function hashOfWerkzeug(cost: number): string {
  return `scrypt:${2 ** (cost + 1)}:8:1$salt$${'00'.repeat(64)}`
}

function addUser({ database }: Site, changes: Partial<User>): Promise<User> {
  const username = newName()
  const email = `${username}@example.org`
  const keys = { usernameKey: username, emailKey: email }
  return database.user.create({ data: userRow({ username, email, ...keys, ...changes }) })
}
