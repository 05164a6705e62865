import type { TestApp } from './app.ts'
import type { Browser } from './browser.ts'

// As short as may be, as rating a password takes several times as long for a few more words.
export const PASSWORD = 'wizened axolotl'

let count = 0

/** The fields of /register for a user who differs from every other; say only what matters to the test. */
export function userFields(changes: Partial<typeof BLANK> = {}): typeof BLANK {
  const username = changes.username ?? `ada${++count}`
  const email = `${username}@example.org`
  const password = changes.password ?? PASSWORD
  return { username, email, password, confirm: password, ...changes }
}

const BLANK = { username: '', email: '', password: '', confirm: '' }

export type Person = typeof BLANK & { browser: Browser }

/** A user who has just registered, logged in, in a browser of their own. */
export async function register(
  site: Pick<TestApp, 'browse'>,
  changes: Partial<typeof BLANK> = {},
): Promise<Person> {
  const fields = userFields(changes)
  const browser = site.browse()
  const answer = await browser.submit('/register', fields)
  if (answer.status !== 303) throw new Error(`Registering was answered by ${answer.status}`)
  return { ...fields, browser }
}

/** Registers a user and verifies their email, without a mail: only verified emails get notices. */
export async function registerVerified(
  site: Pick<TestApp, 'browse' | 'database' | 'clock'>,
  changes: Partial<typeof BLANK> = {},
): Promise<Person> {
  const person = await register(site, changes)
  const where = { username: person.username }
  await site.database.user.updateMany({ where, data: { emailVerifiedAt: site.clock.now() } })
  return person
}

export function logIn(browser: Browser, { username, password }: Person, more = {}) {
  return browser.submit('/login', { username, password, ...more })
}

/** The same user in a second browser, where they ticked “keep me logged in”. */
export async function registerAndRemember(site: Pick<TestApp, 'browse'>): Promise<Person> {
  const person = await register(site)
  const browser = site.browse()
  await logIn(browser, person, { remember: 'on' })
  return { ...person, browser }
}

/** Whether this browser reaches a page that requires a login. */
export async function isLoggedIn(browser: Browser): Promise<boolean> {
  return (await browser.visit('/dashboard')).status === 200
}
