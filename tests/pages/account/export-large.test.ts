import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { startExport } from '../../../src/accounts/export.ts'
import { seconds } from '../../../src/durations.ts'
import { openTestApp } from '../../support/app.ts'
import { FORM } from '../../support/browser.ts'
import { findUser } from '../../support/journeys.ts'
import { addEvents } from '../../support/many-events.ts'
import { type Person, register } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

async function registerWithEvents(count: number): Promise<Person> {
  const person = await register(site)
  const { id } = await findUser(site, person)
  await addEvents(site.database, id, count)
  return person
}

const download = ({ browser }: Person) => browser.submit('/account', {}, '/account/export')

/** Starts a download and reads nothing of it yet. */
async function startDownload({ browser }: Person): Promise<IncomingMessage> {
  const _csrf = await browser.takeToken('/account')
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const headers = { ...browser.headers, cookie, 'content-type': FORM }
  const sent = request(`${site.url}/account/export`, { method: 'POST', headers })
  sent.end(new URLSearchParams({ _csrf }).toString())
  const [answer] = await once(sent, 'response')
  return answer
}

const readsOfEvents = () =>
  site.statements.filter((sql) => /^SELECT .*FROM .*"?SecurityEvent"?/.test(sql))

const abortedExports = () =>
  site.logged.filter(({ msg, path }) => msg === 'aborted' && path === '/account/export')

/** Waits until no more pages are read, and returns how many were. */
async function countPages(): Promise<number> {
  for (let before = -1; before !== readsOfEvents().length; await setTimeout(100)) {
    before = readsOfEvents().length
  }
  return readsOfEvents().length
}

describe('the export of a large account', () => {
  test('is the same text as JSON.stringify would make, with every event once', async () => {
    const person = await registerWithEvents(1500)

    const { text, body } = await download(person)

    expect(text).toBe(JSON.stringify(body, null, 2))
    expect(new Set(body.events.map(({ id }: { id: string }) => id)).size).toBe(body.events.length)
    expect(body.events).toHaveLength(1500 + 2)
    const times = body.events.map(({ at }: { at: string }) => at)
    expect(times).toEqual(times.toSorted())
  })

  test('is read by no statement that has no limit', async () => {
    const person = await registerWithEvents(1500)
    site.statements.length = 0

    await download(person)

    expect(readsOfEvents().length).toBeGreaterThan(2)
    for (const sql of readsOfEvents()) expect(sql).toMatch(/LIMIT/)
  })

  test('stops being read while nothing of it is taken, and keeps no other user waiting', async () => {
    const slow = await registerWithEvents(30_000)
    const other = await register(site)
    site.statements.length = 0

    const answer = await startDownload(slow)
    const pages = await countPages()
    const whole = await download(other)
    answer.destroy()

    expect(pages).toBeLessThan(50)
    expect(whole.body.account.username).toBe(other.username)
  })

  test('stops being read when the visitor hangs up', async () => {
    const person = await registerWithEvents(30_000)
    site.statements.length = 0
    site.logged.length = 0

    const answer = await startDownload(person)
    await once(answer, 'data')
    answer.destroy()
    const pages = await countPages()

    expect(pages).toBeLessThan(50)
    expect(site.logged.filter(({ level }) => Number(level) > 30)).toEqual([])
    await vi.waitFor(() => expect(abortedExports()).toHaveLength(1), seconds(2))
  })

  test('lets the loop turn after every page', async () => {
    const person = await registerWithEvents(5000)
    const user = await findUser(site, person)
    const { database, clock } = site
    const file = await startExport({ database, clock: clock.now }, user, { browser: 'Firefox' })
    site.statements.length = 0

    const turns = await countTurns(async () => {
      for await (const _chunk of file) {
        // Nothing that would wait, as a client does that is faster than the database.
      }
    })

    expect(readsOfEvents().length).toBeGreaterThan(5)
    expect(turns).toBeGreaterThanOrEqual(readsOfEvents().length)
  })
})

async function countTurns(act: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let isOver = false
  const count = () => {
    if (isOver) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  await act()
  isOver = true
  return turns
}
