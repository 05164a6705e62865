import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { eraseDueAccounts } from '../../src/accounts/erasure.ts'
import { enableUser } from '../../src/accounts/operations.ts'
import { days } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { deleteAccount, findUser, postLink } from '../support/journeys.ts'
import { addEvents } from '../support/many-events.ts'
import { logIn, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const { database, clock } = site

/** A signal that is aborted once it has been looked at so often. */
function abortedAfter(looks: number): AbortSignal {
  let looked = 0
  const signal = new AbortController().signal
  return Object.defineProperty(signal, 'aborted', { get: () => ++looked > looks })
}

/** A user whose account is due and too large for one batch. */
async function registerAndExpire() {
  const ada = await register(site)
  const { id } = await findUser(site, ada)
  await addEvents(database, id, 3000)
  const link = await deleteAccount(site, ada)
  clock.advance(days(14))
  return { ...ada, id, link }
}

const countEvents = (userId: string) => database.securityEvent.count({ where: { userId } })

describe('erasing a large account', () => {
  test('lets other work run after every few hundred rows', async () => {
    const { id } = await registerAndExpire()
    const counts = new Set<number>()
    let isOver = false

    const watching = (async () => {
      while (!isOver) {
        counts.add(await countEvents(id))
        await setImmediate()
      }
    })()
    await eraseDueAccounts(database, clock.now())
    isOver = true
    await watching

    expect(counts.size).toBeGreaterThan(5)
    expect(await countEvents(id)).toBe(0)
  })

  test('goes on where it was ended', async () => {
    const { id } = await registerAndExpire()

    const ended = await eraseDueAccounts(database, clock.now(), abortedAfter(6))
    const left = await countEvents(id)
    const finished = await eraseDueAccounts(database, clock.now())

    expect([ended, finished]).toEqual([0, 1])
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(3000)
    expect(await countEvents(id)).toBe(0)
    expect(await database.user.count({ where: { id } })).toBe(0)
  })

  test('once begun is not undone by the link, the password or the operator', async () => {
    const ada = await registerAndExpire()
    const browser = site.browse()
    await browser.visit(ada.link)

    await eraseDueAccounts(database, clock.now(), abortedAfter(6))
    clock.advance(-days(1))
    const restored = await postLink(browser, ada.link)
    const loggedIn = await logIn(site.browse(), ada)
    const enabled = await enableUser({ database, clock: clock.now }, ada.id)
    const finished = await eraseDueAccounts(database, clock.now())

    expect([restored.status, loggedIn.status, enabled]).toEqual([422, 422, false])
    expect(loggedIn.text).toContain('Wrong user name or password')
    expect(finished).toBe(1)
  })
})
