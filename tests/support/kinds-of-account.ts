import type { User } from '../../src/database/database.ts'
import { openTestApp, type TestApp } from './app.ts'
import { browseBehindProxy } from './browser.ts'
import { userRow } from './rows.ts'
import { userFields } from './users.ts'

/** An application that throttles, as in production, where each new browser has an IP of its own, and asks for a language. */
export async function openThrottledSite(REGISTRATION: string, language = 'en'): Promise<TestApp> {
  const site = await openTestApp({ REGISTRATION, THROTTLE: 'on', TRUST_PROXY: '1' })
  const browse = () => {
    const browser = browseBehindProxy(site, nextIp())
    browser.headers['Accept-Language'] = language
    return browser
  }
  return { ...site, browse }
}

let ips = 0

function nextIp(): string {
  ips++
  return `198.18.${ips >> 8}.${ips & 255}`
}

let names = 100

/** The fields of a new user, with a name of full length: Content-Length shows it. */
export const nextFields = () => userFields({ username: `ada${names++}` })

// As all new ones are here; no password has it.
const HASH = `$bcrypt-sha256$v=2,t=2b,r=4$${'.'.repeat(22)}$${'.'.repeat(31)}`

export const VERIFIED = { emailVerifiedAt: new Date('2020-01-01T00:00:00Z') }

/** Accounts that must look like an unknown one, and the columns that make them so. */
export const KINDS_OF_ACCOUNT = Object.entries({
  'a user who can log in': VERIFIED,
  'a user with another language': { ...VERIFIED, language: 'es', timeZone: 'Europe/Madrid' },
  'a disabled account': { ...VERIFIED, disabledAt: new Date('2026-01-01') },
  'an account that is scheduled for deletion': {
    ...VERIFIED,
    deletionDueAt: new Date('2026-01-09'),
  },
  'an account without a verified email': {},
  'an account with a hash of a lower cost': {
    ...VERIFIED,
    passwordHash: `$2b$05$${'.'.repeat(53)}`,
  },
  'an account with a hash of Werkzeug': {
    ...VERIFIED,
    passwordHash: `scrypt:1024:8:1$salt$${'00'.repeat(64)}`,
  },
  'an account with one HMAC of old Werkzeug': {
    ...VERIFIED,
    passwordHash: `sha256$salt$${'00'.repeat(32)}`,
  },
  'an account without a password': { ...VERIFIED, passwordHash: null },
})

export function addUser({ database }: TestApp, changes: Partial<User>): Promise<User> {
  const { username, email } = nextFields()
  const keys = { usernameKey: username, emailKey: email, passwordHash: HASH }
  return database.user.create({ data: userRow({ username, email, ...keys, ...changes }) })
}
