import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { forgetPassword } from '../support/journeys.ts'
import { addEvents } from '../support/many-events.ts'
import { logIn, register, userFields } from '../support/users.ts'
import { collect } from './support/collect.ts'
import { commandsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const run = commandsOf(site)

describe('show', () => {
  test('tells of browsers, links that wait and counts, and nothing that logs a user in', async () => {
    const ada = await register(site)
    site.clock.advance(minutes(1))
    await logIn(site.browse(), ada, { remember: 'on' })
    const link = await forgetPassword(site, ada)

    const outcome = await run({ act: 'show', name: ada.username })

    expect(outcome).toMatchObject({
      exitCode: 0,
      json: {
        ...{ username: ada.username, state: 'unverified' },
        devices: [{ isRemembered: true }, { isRemembered: false }],
        pendingLinks: expect.arrayContaining([
          expect.objectContaining({ purpose: 'reset-password', email: ada.email }),
        ]),
        pendingRegistrations: [],
        counts: { events: expect.any(Number), unsentEmails: 2 },
      },
      lines: expect.arrayContaining([
        'Devices: 2',
        expect.stringMatching(/^ {2}“Firefox on Linux” at 127\.0\.0\.1, last seen .*, remembered$/),
        expect.stringMatching(/^ {2}reset-password for “.*”, until /),
      ]),
    })
    const { id: linkId } = await site.database.emailLink.findFirstOrThrow({
      where: { purpose: 'reset-password', email: ada.email },
    })
    expect(link).not.toBe('')
    expect(JSON.stringify(outcome)).not.toContain(linkId)
    expect(JSON.stringify(outcome)).not.toMatch(/hash/i)
  })

  test('tells of a registration that waits for its email', async () => {
    const verifying = await openTestApp({ REGISTRATION: 'verified' }, site)
    const fields = userFields()
    await verifying.browse().submit('/register', fields)

    const outcome = await run({ act: 'show', name: fields.email })

    expect(outcome).toMatchObject({
      problem: expect.stringContaining(
        `but a registration: “${fields.username}” for “${fields.email}”, until `,
      ),
    })
  })
})

describe('events', () => {
  test('has each event since a date once, the oldest first, in the words that the user reads', async () => {
    const ada = await register(site)
    site.clock.advance(days(2))
    await logIn(site.browse(), ada)
    const since = site.clock.now().toISOString().slice(0, 10)

    const all = await run({ act: 'events', name: ada.username })
    const late = await run({ act: 'events', name: ada.username, since })

    expect(await collect(all, 'linePages')).toEqual([
      expect.stringMatching(/^TIME +EVENT +TIMES +BROWSER$/),
      expect.stringMatching(/^\S+Z +Account created +1 +Firefox on Linux$/),
      expect.stringMatching(/^\S+Z +Logged in from a new browser +1 +Firefox on Linux$/),
    ])
    expect(await collect(late, 'jsonPages')).toEqual([
      expect.objectContaining({ kind: 'new-device', browser: 'Firefox on Linux' }),
    ])
  })

  test('reads thousands a page at a time', async () => {
    const ada = await register(site)
    const { id: userId } = await site.database.user.findFirstOrThrow({
      where: { username: ada.username },
    })
    await addEvents(site.database, userId, 1200)
    site.statements.length = 0

    const events = await collect(await run({ act: 'events', name: userId }), 'jsonPages')

    expect(events).toHaveLength(1201)
    const reads = site.statements.filter((sql) => sql.includes('SecurityEvent'))
    expect(reads.length).toBeGreaterThan(2)
    for (const sql of reads) expect(sql).toMatch(/LIMIT/)
  })

  test.each(['yesterday', '2026-13-01', '5'])('refuses %s as a date', async (since) => {
    const { username } = await register(site)

    const outcome = await run({ act: 'events', name: username, since })

    expect(outcome).toMatchObject({ problem: expect.stringContaining('is no date') })
  })
})
