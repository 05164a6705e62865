import { randomBytes, randomUUID } from 'node:crypto'
import type { Accounts } from '../src/accounts/accounts.ts'
import { type EventKind, recordEvent } from '../src/accounts/events.ts'
import { createUser, type ManagedUser } from '../src/accounts/operations.ts'
import { changeTogether } from '../src/database/change-together.ts'
import type { Tables } from '../src/database/database.ts'
import { days, hours } from '../src/durations.ts'
import { type Operator, runOnDatabase } from '../src/operator/command.ts'
import { done, type Outcome, refused } from '../src/operator/outcome.ts'
import { startDevice } from '../src/sessions/devices.ts'

// Also in the catalogue, as login.seeded.
export const PASSWORD = 'a quiet harbour at dawn'
const PEOPLE = ['ada', 'grace']

const LAPTOP = { label: 'Firefox on Linux', ip: '192.0.2.17' }
const PHONE = { label: 'Safari on iOS', ip: '198.51.100.4' }
type Browser = typeof LAPTOP

/** Days before now, hours of that day, what happened, and where. */
const WEEK: [number, number, EventKind, Browser][] = [
  [7, 1, 'logged-in', LAPTOP],
  [6, 2, 'email-verified', LAPTOP],
  [5, 3, 'new-device', PHONE],
  [4, 1, 'login-failed', PHONE],
  [4, 2, 'logged-in', PHONE],
  [2, 4, 'profile-changed', LAPTOP],
  [1, 2, 'reauthenticated', LAPTOP],
  [1, 3, 'password-changed', LAPTOP],
]
const NOTES = ['Buy tea', 'Call the harbour master', 'Letters to answer']

/** Two users to develop with, and a week of what they did. The login page names them in development. */
export async function seed({ accounts, settings }: Operator): Promise<Outcome> {
  if (settings.isProduction) return refused('Only development is seeded: NODE_ENV is production.')
  for (const username of PEOPLE) {
    const begin = { ...accounts, clock: () => ago(accounts, 7, 0) }
    const email = `${username}@example.org`
    const user = await createUser(begin, { username, email, password: PASSWORD })
    if (typeof user === 'string') return refused(`${username} is here already: nothing more to do.`)
    await changeTogether(accounts.database, (tables) => fill(accounts, tables, user))
  }
  return done(`Made ${PEOPLE.join(' and ')}. Their password is “${PASSWORD}”.`, PEOPLE)
}

async function fill(accounts: Accounts, tables: Tables, user: ManagedUser): Promise<void> {
  const devices = new Map<Browser, string>()
  for (const [daysAgo, hour, kind, browser] of WEEK) {
    const at = ago(accounts, daysAgo, hour)
    const deviceId = devices.get(browser) ?? (await addDevice(tables, user, browser, at))
    devices.set(browser, deviceId)
    await recordEvent({ tables, at, by: { browser: browser.label } }, user.id, kind, deviceId)
  }
  await addNotes(accounts, tables, user.id)
}

async function addNotes(accounts: Accounts, tables: Tables, userId: string): Promise<void> {
  for (const [daysAgo, title] of NOTES.entries()) {
    const data = { id: randomUUID(), userId, title, body: '', changedAt: ago(accounts, daysAgo, 1) }
    await tables.note.create({ data })
  }
}

async function addDevice(tables: Tables, user: ManagedUser, browser: Browser, at: Date) {
  const nextDeviceToken = randomBytes(16).toString('base64url')
  const { id: userId, authEpoch } = user
  const login = { userId, authEpoch, deviceTokens: [], nextDeviceToken, startedBy: 'password', at }
  return (await startDevice(tables, { ...login, browser: browser.label, ip: browser.ip })).id
}

function ago({ clock }: Pick<Accounts, 'clock'>, daysAgo: number, hour: number): Date {
  return new Date(clock().getTime() - days(daysAgo) + hours(hour) - hours(5))
}

if (import.meta.filename === process.argv[1]) await runOnDatabase(seed, false)
