import { randomUUID } from 'node:crypto'
import { createPasswords } from '../../src/accounts/password-hash.ts'
import type { User } from '../../src/database/database.ts'
import { userRow } from '../support/rows.ts'
import type { Site } from './site.ts'

/** What a logged-out visitor sends, and the status that it is answered with. */
export type Case = { path: string; status: number; fields: () => Record<string, string> }

/** A page, what is sent to it, and the pairs of those that must take the same time. */
export type MeasuredPage = { name: string; cases: Record<string, Case>; pairs: [string, string][] }

const PASSWORD = 'correct horse battery staple'
const OVERLONG = 'x'.repeat(1025)
const LONG_AGO = new Date('2020-01-01T00:00:00Z')

let count = 1000
const newName = () => `ada${count++}`
const newEmail = () => `${newName()}@example.org`

/** For a site with open registration. */
export async function loginPage(site: Site, cost: number): Promise<MeasuredPage> {
  const hash = await hashAt(cost)
  const verified = { emailVerifiedAt: LONG_AGO, passwordHash: hash }
  const guessFor = async (changes: Partial<User>, password = 'a guess') => {
    const { username } = await addUser(site, { ...verified, ...changes })
    return logIn(() => username, password)
  }
  const cases = {
    unknown: logIn(newName),
    'unknown again': logIn(newName),
    'wrong password': await guessFor({}),
    disabled: await guessFor({ disabledAt: new Date('2026-01-01') }),
    'scheduled for deletion': await guessFor({ deletionDueAt: new Date('2040-01-01') }),
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

/** Logging in with what was just registered, for a site that verifies emails first. */
export async function loginAfterPage(site: Site, cost: number): Promise<MeasuredPage> {
  const username = await addPending(site, await hashAt(cost))
  const cases = {
    'email was taken': logIn(newName, PASSWORD),
    'email was new': logIn(() => username, PASSWORD),
    'email was new, wrong password': logIn(() => username),
  }
  return { name: 'login after registering (verified)', cases, pairs: pairWithFirst(cases) }
}

/** For a site that verifies emails first. */
export async function registerPage(site: Site): Promise<MeasuredPage> {
  const user = await addUser(site, { emailVerifiedAt: LONG_AGO })
  const waiting = await addUser(site, {})
  const cases = {
    'new email': registerWith(newEmail),
    'new email again': registerWith(newEmail),
    'taken email': registerWith(() => user.email),
    'email not verified yet': registerWith(() => waiting.email),
  }
  return { name: 'register (verified)', cases, pairs: pairWithFirst(cases) }
}

export async function forgotPage(site: Site): Promise<MeasuredPage> {
  const user = await addUser(site, { emailVerifiedAt: LONG_AGO })
  const disabled = await addUser(site, {
    emailVerifiedAt: LONG_AGO,
    disabledAt: new Date('2026-01-01'),
  })
  const unverified = await addUser(site, {})
  const cases = {
    unknown: forget(newEmail),
    'unknown again': forget(newEmail),
    known: forget(() => user.email),
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

/** There is no account before its email is verified. */
async function addPending({ database }: Site, passwordHash: string): Promise<string> {
  const [username, email] = [newName(), newEmail()]
  const keys = { id: randomUUID(), usernameKey: username, emailKey: email }
  const times = { createdAt: LONG_AGO, expiresAt: new Date('2040-01-01') }
  const data = { ...keys, username, email, passwordHash, ...times }
  await database.pendingRegistration.create({ data })
  return username
}

function addUser({ database }: Site, changes: Partial<User>): Promise<User> {
  const username = newName()
  const email = `${username}@example.org`
  const keys = { usernameKey: username, emailKey: email }
  return database.user.create({ data: userRow({ username, email, ...keys, ...changes }) })
}
