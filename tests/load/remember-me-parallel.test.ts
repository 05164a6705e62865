import { afterAll, describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '../../src/durations.ts'
import { seedRandom } from '../auth/support/model/seeded-random.ts'
import { kindsOf, logInElsewhere, noticesTo, onlyRemembered } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { roundsOf } from '../support/rounds.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, logIn, type Person, registerVerified } from '../support/users.ts'

const site = await openServedApp()
afterAll(site.close)

const LIVES = roundsOf(18)
const VISITS = 10
const LOST_ANSWERS = 0.05
const LATE_REQUESTS = 0.2
const STOLEN = 'A copied “keep me logged in” cookie was used; that browser was logged out'
const random = seedRandom(11)

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

/** Registers a user and logs them in once more in the same browser, remembered. */
async function begin(): Promise<Person> {
  const ada = await registerVerified(site)
  await ada.browser.submit('/logout')
  await logIn(ada.browser, ada, { remember: 'on' })
  return ada
}

/** Lets six browsers act at a time, and counts those that were not let in. */
async function countRefused(browsers: Browser[], act: (browser: Browser) => Promise<boolean>[]) {
  let refused = 0
  for (let first = 0; first < browsers.length; first += 6) {
    const answers = browsers.slice(first, first + 6).flatMap(act)
    refused += (await Promise.all(answers)).filter((isIn) => !isIn).length
  }
  return refused
}

/** Opens a browser whose session is lost: one to four requests at once, of which an answer may never arrive. */
function openAgain(browser: Browser): Promise<boolean>[] {
  browser.restart()
  return times(1 + Math.floor(random() * 4), () => {
    const isLost = random() < LOST_ANSWERS
    return isLoggedIn(isLost ? site.browse().copyCookies(browser) : browser)
  })
}

/** All come back after hours, go on reading, and some have a request that comes most of a minute late. */
async function payVisits(browsers: Browser[]): Promise<number> {
  site.clock.advance(hours(1) + random() * hours(47))
  const late = browsers
    .filter(() => random() < LATE_REQUESTS)
    .map((browser) => onlyRemembered(site, browser))
  const atOnce = await countRefused(browsers, openAgain)
  site.clock.advance(random() * seconds(25))
  const readers = browsers.filter(() => random() < 0.8)
  // A browser that loses its session again at once presents the new cookie, while a late request has the old one.
  for (const reader of readers) if (random() < 0.4) reader.restart()
  const reading = await countRefused(readers, (browser) => [isLoggedIn(browser)])
  site.clock.advance(random() * seconds(25))
  return atOnce + reading + (await countRefused(late, (browser) => [isLoggedIn(browser)]))
}

/** Comes back until the cookie is another one, and brings that one once. */
async function goOn(browser: Browser): Promise<void> {
  const before = browser.valueOf('remember')
  for (let again = 0; again < 5 && browser.valueOf('remember') === before; again++) {
    site.clock.advance(hours(1))
    browser.restart()
    await isLoggedIn(browser)
  }
  await isLoggedIn(browser)
}

describe('remembered browsers over HTTP', { timeout: minutes(5) }, () => {
  test('are let in at every one of their parallel requests, whatever answer was lost', async () => {
    const people: Person[] = []
    for (let life = 0; life < LIVES; life++) people.push(await begin())
    const browsers = people.map(({ browser }) => browser)

    let refused = 0
    for (let visit = 0; visit < VISITS; visit++) refused += await payVisits(browsers)

    expect(refused).toBe(0)
    const kinds = await Promise.all(people.map(({ username }) => kindsOf(site, username)))
    expect(kinds.flat().filter((kind) => kind === 'remembered').length).toBeGreaterThan(LIVES * 9)
    expect(kinds.flat()).not.toContain('remember-token-stolen')
  })

  test('are all caught when their cookie was copied and used after they went on, and told once', async () => {
    for (let life = 0; life < 8; life++) {
      const ada = await begin()
      const other = await logInElsewhere(site, ada)
      await payVisits([ada.browser])
      const thieves = times(8, () => onlyRemembered(site, ada.browser))
      await goOn(ada.browser)
      site.clock.advance(seconds(60))

      const stolen = await Promise.all(thieves.map(isLoggedIn))
      const owner = [onlyRemembered(site, ada.browser), ada.browser]

      expect(stolen).not.toContain(true)
      expect(await Promise.all(owner.map(isLoggedIn))).toEqual([false, false])
      expect(await isLoggedIn(other)).toBe(true)
      const thefts = (await kindsOf(site, ada.username)).filter(
        (kind) => kind === 'remember-token-stolen',
      )
      const notices = (await noticesTo(site, ada.email)).filter((words) => words === STOLEN)
      expect([thefts.length, notices.length]).toEqual([1, 1])
    }
  })

  test('are not accused a moment earlier', async () => {
    const ada = await begin()
    const late = onlyRemembered(site, ada.browser)
    await goOn(ada.browser)

    site.clock.advance(seconds(60) - 1)

    expect(await isLoggedIn(late)).toBe(true)
    expect(await isLoggedIn(ada.browser)).toBe(true)
  })
})
