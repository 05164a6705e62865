import { promisify } from 'node:util'
import type { Request } from 'express'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { hours, minutes } from '../../src/durations.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { isLoggedIn, register } from '../support/users.ts'

const site = await openTestApp()
const { database, clock } = site
afterAll(site.close)

const limits = { idle: minutes(30), max: hours(12) }
const store = new SessionStore({ database, clock: clock.now, limits })

const readId = (browser: Browser) => {
  const cookie = decodeURIComponent(browser.valueOf('session') ?? '')
  return cookie.slice('s:'.length, cookie.indexOf('.'))
}

/** A user's session, as a request under way holds it. */
async function holdSession() {
  const { browser } = await register(site)
  const id = readId(browser)
  const session = await promisify(store.get.bind(store))(id)
  if (!session) throw new Error('The session of a user who has just registered is not there')
  return { id, session, browser }
}

describe('a session that was ended', () => {
  test.each([
    ['logging out', (id: string) => promisify(store.destroy.bind(store))(id)],
    ['time', async () => clock.advance(minutes(30))],
  ])('by %s is not brought back by fifty requests under way that save it', async (_, end) => {
    const { id, session } = await holdSession()

    await end(id)
    // Without its device: that alone would keep a second session of it from being born.
    const saved = Object.assign(session, { next: '/changed' })
    Reflect.deleteProperty(saved, 'login')
    const saves = Array.from({ length: 50 }, () => promisify(store.set.bind(store))(id, saved))
    const touches = Array.from({ length: 50 }, () => promisify(store.touch.bind(store))(id, saved))
    await Promise.all([...saves, ...touches])

    expect(await promisify(store.get.bind(store))(id)).toBeNull()
  })

  test('stays ended through the whole application, whatever was being answered meanwhile', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/dashboard')
    const copies = Array.from({ length: 50 }, () => site.browse().copyCookies(browser))
    const copy = site.browse().copyCookies(browser)
    // The login is no longer fresh: each of the forms is kept in the session, which is saved.
    clock.advance(minutes(11))

    const posts = copies.map((each) => each.post('/account/delete', { _csrf }))
    const logout = browser.post('/logout', { _csrf })
    const answers = await Promise.all([...posts, logout])

    expect(answers.every(({ status }) => status < 500)).toBe(true)
    expect(await isLoggedIn(copy)).toBe(false)
  })
})

describe('a session that lives', () => {
  test('keeps what a request saves in it', async () => {
    const { id, session } = await holdSession()

    await promisify(store.set.bind(store))(id, Object.assign(session, { next: '/changed' }))

    expect(await promisify(store.get.bind(store))(id)).toMatchObject({ next: '/changed' })
  })

  test.each([
    ['the properties', (session: object) => ({ ...session })],
    ['every own property', (session: object) => clone(Object.getOwnPropertyDescriptors(session))],
    ['the prototype', (session: object) => Object.create(session)],
  ])('is stored as a new one although it has %s of another', async (copied, copy) => {
    const { session } = await holdSession()

    await promisify(store.set.bind(store))(copied, Object.assign(copy(session), session))

    const stored = await promisify(store.get.bind(store))(copied)
    expect(stored).toMatchObject({ passport: session.passport })
  })

  test('keeps its row when it takes what another one holds', async () => {
    const [one, other] = [await holdSession(), await holdSession()]

    await promisify(store.set.bind(store))(one.id, Object.assign(one.session, other.session))

    const stored = await promisify(store.get.bind(store))(one.id)
    expect(stored).toMatchObject({ passport: other.session.passport })
  })
})

const clone = (properties: PropertyDescriptorMap) => Object.defineProperties({}, properties)

test('a request that has no session any more is given a new one', async () => {
  const req = { session: undefined, sessionID: 'gone' } as unknown as Request
  const generate = vi.fn()

  await promisify(Object.assign(store, { generate }).regenerate.bind(store))(req)

  expect(generate).toHaveBeenCalledWith(req)
})
