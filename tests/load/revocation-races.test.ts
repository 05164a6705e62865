import { afterAll, describe, expect, test } from 'vitest'
import { disableUser, enableUser } from '../../src/accounts/operations.ts'
import { minutes } from '../../src/durations.ts'
import { seedRandom } from '../auth/support/model/seeded-random.ts'
import { logInElsewhere } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { listDevices } from '../support/device-rows.ts'
import { race, rushOf } from '../support/race.ts'
import { roundsOf } from '../support/rounds.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, type Person, register } from '../support/users.ts'

const site = await openServedApp()
afterAll(site.close)

// Fifty-one for the three that the design names.
const ATTEMPTS = roundsOf(17)
// Of the same statement as a change of password, so that fewer are enough.
const FEWER = roundsOf(8)
const random = seedRandom(20260101)

/** A user at two browsers: one that acts, one whose tabs go on meanwhile. */
type Attempt = Person & { other: Browser }

/** In how many attempts the tabs of the other browser stayed logged in; `prepare` gives the act that ends it. */
async function countResurrections(
  attempts: number,
  prepare: (attempt: Attempt) => Promise<() => Promise<unknown>>,
): Promise<number> {
  let resurrections = 0
  for (let attempt = 0; attempt < attempts; attempt++) {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const rush = await rushOf(site, other)
    const act = await prepare({ ...ada, other })
    if ((await race(random, act, rush)) > 0) resurrections += 1
  }
  return resurrections
}

describe('however often, requests that are under way log no browser in again after', {
  timeout: minutes(4),
}, () => {
  test('logging out', async () => {
    const resurrections = await countResurrections(ATTEMPTS, async ({ other }) => {
      const _csrf = await other.takeToken('/account')
      return () => other.post('/logout', { _csrf })
    })

    expect(resurrections).toBe(0)
  })

  test('revoking the device', async () => {
    const resurrections = await countResurrections(ATTEMPTS, async ({ browser }) => {
      const [, row] = await listDevices(browser)
      const _csrf = await browser.takeToken('/account')
      return () => browser.post(row?.revoke ?? '', { _csrf })
    })

    expect(resurrections).toBe(0)
  })

  test('revoking all others, and the one that asked stays', async () => {
    const askers: Browser[] = []
    const resurrections = await countResurrections(FEWER, async ({ browser }) => {
      askers.push(browser)
      const _csrf = await browser.takeToken('/account')
      return () => browser.post('/account/devices/revoke-others', { _csrf })
    })

    expect(resurrections).toBe(0)
    expect(await Promise.all(askers.map(isLoggedIn))).toEqual(Array(FEWER).fill(true))
  })

  test('changing the password, and the one that changed it stays', async () => {
    const askers: Browser[] = []
    const resurrections = await countResurrections(
      ATTEMPTS,
      async ({ browser, password: current }) => {
        askers.push(browser)
        const _csrf = await browser.takeToken('/account')
        const password = 'a gondola full of marmalade'
        return () =>
          browser.post('/account/password', { _csrf, current, password, confirm: password })
      },
    )

    expect(resurrections).toBe(0)
    expect(await Promise.all(askers.map(isLoggedIn))).toEqual(Array(ATTEMPTS).fill(true))
  })

  test('disabling the account, also when it is enabled again', async () => {
    const operator = { database: site.database, clock: site.clock.now }
    const resurrections = await countResurrections(FEWER, async ({ username }) => {
      const where = { usernameKey: username }
      const { id } = await site.database.user.findUniqueOrThrow({ where })
      return async () => {
        await disableUser(operator, id)
        await enableUser(operator, id)
      }
    })

    expect(resurrections).toBe(0)
  })
})
