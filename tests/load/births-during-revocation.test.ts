import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { seedRandom } from '../auth/support/model/seeded-random.ts'
import { logInElsewhere, onlyRemembered } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { roundsOf } from '../support/rounds.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, logIn, type Person, register } from '../support/users.ts'

const site = await openServedApp()
afterAll(site.close)

const ATTEMPTS = roundsOf(11)
const NEXT = 'a gondola full of marmalade'
const random = seedRandom(4)

/** A user whose password is about to change, and browsers about to log in with the old one or to be restored. */
async function gather() {
  const ada = await register(site)
  const remembered = await Promise.all([1, 2].map(() => logInElsewhere(site, ada)))
  const visitors = Array.from({ length: 4 }, () => site.browse())
  const restored = remembered.map((each) => onlyRemembered(site, each))
  return { ada, visitors, restored }
}

/** Does everything at once, each a moment sooner or later than the others. */
function scatter(acts: (() => Promise<unknown>)[]): Promise<unknown[]> {
  return Promise.all(
    acts.map(async (act) => {
      await setTimeout(random() * 25)
      return act()
    }),
  )
}

const logInWithCookie = (browser: Browser, ada: Person) => logIn(browser, ada, { remember: 'on' })

async function countSurvivors(browsers: Browser[]): Promise<number> {
  const sessions = await Promise.all(browsers.map(isLoggedIn))
  const cookies = browsers.map((each) => onlyRemembered(site, each))
  const series = await Promise.all(cookies.map(isLoggedIn))
  return [...sessions, ...series].filter(Boolean).length
}

describe('a session that is born while', { timeout: minutes(4) }, () => {
  test('the password is changed never outlives the old password', async () => {
    let survivors = 0
    let births = 0
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { ada, visitors, restored } = await gather()
      const _csrf = await ada.browser.takeToken('/account')
      const form = { _csrf, current: ada.password, password: NEXT, confirm: NEXT }

      await scatter([
        () => ada.browser.post('/account/password', form),
        ...visitors.map((each) => () => logInWithCookie(each, ada)),
        ...restored.map((each) => () => each.visit('/dashboard')),
      ])

      const born = [...visitors, ...restored]
      births += born.filter((each) => each.valueOf('session') !== undefined).length
      survivors += await countSurvivors(born)
      expect(await isLoggedIn(ada.browser)).toBe(true)
    }

    expect(births).toBeGreaterThan(ATTEMPTS)
    expect(survivors).toBe(0)
  })

  test('all others are revoked is over when it was restored from a cookie', async () => {
    let survivors = 0
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { ada, restored } = await gather()
      const _csrf = await ada.browser.takeToken('/account')
      const copies = restored.flatMap((each) => [each, onlyRemembered(site, each)])

      await scatter([
        () => ada.browser.post('/account/devices/revoke-others', { _csrf }),
        ...copies.map((each) => () => each.visit('/dashboard')),
      ])

      survivors += await countSurvivors(copies)
      expect(await isLoggedIn(ada.browser)).toBe(true)
    }

    expect(survivors).toBe(0)
  })

  test('all others are revoked stays only when its password was asked for afterwards', async () => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { ada, visitors } = await gather()
      const _csrf = await ada.browser.takeToken('/account')

      await scatter([
        () => ada.browser.post('/account/devices/revoke-others', { _csrf }),
        ...visitors.map((each) => () => logInWithCookie(each, ada)),
      ])
      const where = { user: { username: ada.username } }
      const rows = await site.database.session.findMany({ where, include: { user: true } })

      const ofThisEpoch = rows.filter(({ authEpoch, user }) => authEpoch === user?.authEpoch)
      const stillIn = await Promise.all([...visitors, ada.browser].map(isLoggedIn))
      expect(stillIn.filter(Boolean)).toHaveLength(ofThisEpoch.length)
    }
  })
})
