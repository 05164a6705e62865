import { readFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { openDatabase } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createServices } from '../../src/services.ts'
import { createTestClock } from '../auth/support/test-clock.ts'
import { readSettings } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { readErrors } from '../support/html.ts'
import { followLink, newPassword, openLink } from '../support/journeys.ts'
import { isLoggedIn } from '../support/users.ts'

// A database that the release before 26 November 2026 made, with users in every state, devices, sessions,
// remembered browsers and pending links: all of them still work once it is migrated.

const OLD_MIGRATIONS = [
  '20261123211603_initial',
  '20261124083956_device_last_seen',
  '20261124092521_attempt_counter',
]

/** Of every user in it. */
const PASSWORD = 'correct horse battery staple'

type Cookies = Record<string, string>
type Old = {
  people: {
    ada: { session: Cookies; remembered: Cookies }
    carol: { restore: string }
    dan: { verify: string; session: Cookies }
    erin: { reset: string }
    frank: { verifyNew: string; session: Cookies }
    grace: { undo: string }
    henry: { verify: string; cookies: Cookies }
    judy: { dead: string }
  }
}

const place = await createEmptyDatabase()
const isSqlite = place.url.startsWith('file:')
const engine = isSqlite ? 'sqlite' : 'postgresql'
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const { people }: Old = JSON.parse(read(`old-release/${engine}.json`))

const scripts = [
  ...OLD_MIGRATIONS.map((name) => read(`../../prisma/migrations/${engine}/${name}/migration.sql`)),
  read(`old-release/${engine}.sql`),
]
await (isSqlite ? fillSqlite() : fillPostgresql())
await migrateDatabase(place.url)

const database = await openDatabase(place.url)
const clock = createTestClock()
const settings = readSettings({ SESSION_SECRET: 'a secret of the old release that is long enough' })
const log = createLog('silent')
const services = createServices({ database, settings, clock: clock.now, log })
const app = createApp(services)
afterAll(async () => {
  await database.close()
  await place.drop()
})

async function fillSqlite() {
  const file = new Sqlite(place.url.slice('file:'.length))
  for (const script of scripts) file.exec(script)
  file.close()
}

async function fillPostgresql() {
  const client = new Client(place.url)
  await client.connect()
  for (const script of scripts) await client.query(script)
  await client.end()
}

function browse(cookies: Cookies = {}): Browser {
  const browser = new Browser(app, clock.now)
  for (const [name, value] of Object.entries(cookies)) {
    browser.cookies.set(name, { value, attributes: {}, expiresAt: null })
  }
  return browser
}

const logIn = (username: string, password = PASSWORD) =>
  browse().submit('/login', { username, password })
const find = (usernameKey: string) => database.user.findUnique({ where: { usernameKey } })

describe('a database of the release before', () => {
  test('keeps sessions logged in, and names that differ from the user name', async () => {
    const browser = browse(people.ada.session)

    expect((await browser.visit('/dashboard')).text).toContain('Hello, <bdi>Ada Lovelace</bdi>')
    expect(await find('dan')).toMatchObject({ name: null })
  })

  test('keeps browsers remembered', async () => {
    const { session: _, ...remembered } = people.ada.remembered

    expect(await isLoggedIn(browse(remembered))).toBe(true)
  })

  test('keeps devices known: their next login is no new browser', async () => {
    const browser = browse({ device: people.dan.session.device ?? '' })

    await browser.submit('/login', { username: 'dan', password: PASSWORD })

    const where = { user: { username: 'dan' }, kind: 'new-device' }
    expect(await database.securityEvent.count({ where })).toBe(0)
  })

  test('keeps disabled users out, and tells them', async () => {
    const answer = await logIn('bob')

    expect(readErrors(answer.text)).toEqual([expect.stringContaining('disabled')])
    expect(await find('bob')).toMatchObject({ disabledAt: expect.any(Date), deletionDueAt: null })
  })

  test('restores an account that is scheduled for deletion', async () => {
    expect(await find('carol')).toMatchObject({ disabledAt: null, deletionDueAt: expect.any(Date) })

    await followLink(browse(), people.carol.restore)

    expect((await logIn('carol')).headers.location).toBe('/dashboard')
  })

  test('verifies an email through a link that was sent before', async () => {
    await followLink(browse(people.dan.session), people.dan.verify)

    expect(await find('dan')).toMatchObject({ emailVerifiedAt: expect.any(Date) })
  })

  test('sets a password through a link that was sent before', async () => {
    await followLink(browse(), people.erin.reset, newPassword)

    expect((await logIn('erin', newPassword.password)).headers.location).toBe('/dashboard')
  })

  test('changes an email through a link that was sent before', async () => {
    await followLink(browse(people.frank.session), people.frank.verifyNew)

    expect(await find('frank')).toMatchObject({ email: 'new.frank@example.org' })
  })

  test('gives an account back through a link that was sent before', async () => {
    await followLink(browse(), people.grace.undo)

    expect(await find('grace')).toMatchObject({ email: 'grace@example.org' })
  })

  test('completes a registration whose email was not verified yet', async () => {
    expect(await find('henry')).toBe(null)

    await followLink(browse(people.henry.cookies), people.henry.verify)

    expect((await logIn('henry')).headers.location).toBe('/dashboard')
  })

  test('goes on reserving the user name of a registration with the email of an account', async () => {
    expect(await find('iris')).toBe(null)
    expect(await database.pendingRegistration.count({ where: { usernameKey: 'iris' } })).toBe(1)
  })

  test('brings no link back that was void', async () => {
    const page = await openLink(browse(), people.judy.dead)

    expect(page.text).toContain('This link was used already')
  })

  test('keeps events under their new names', async () => {
    const where = { user: { username: 'carol' } }
    const events = await database.securityEvent.findMany({ where })

    expect(events.map(({ kind }) => kind)).toContain('deletion-requested')
  })
})
