import { afterAll, describe, expect, test } from 'vitest'
import { seconds } from '../../src/durations.ts'
import { kindsOf, logInElsewhere, noticesTo } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { revokeOther } from '../support/device-rows.ts'
import {
  findUser,
  followLink,
  forgetPassword,
  markVerified,
  newPassword,
} from '../support/journeys.ts'
import { logIn, PASSWORD, type Person, register } from '../support/users.ts'

const site = await openTestApp()
const guarded = await openTestApp({ THROTTLE: 'on' }, site)
afterAll(site.close)

const NEW_BROWSER = 'Logged in from a new browser'
const OTHERS = '/account/devices/revoke-others'

async function registerVerified(browser = site.browse()): Promise<Person> {
  const ada = await register({ browse: () => browser })
  await markVerified(site, ada)
  return ada
}

/** A browser with nothing but this browser's device cookie. */
function onlyDevice(browser: Browser, { browse } = site): Browser {
  const copy = browse()
  const cookie = browser.cookies.get('device')
  if (cookie) copy.cookies.set('device', cookie)
  return copy
}

const tokensOf = (browser: Browser) =>
  decodeURIComponent(browser.valueOf('device') ?? '')
    .replace(/^s:/, '')
    .split('.')
    .slice(0, -1)

const countNotices = async (ada: Person) =>
  (await noticesTo(site, ada.email)).filter((words) => words === NEW_BROWSER).length

/** Whether the browser still has guesses of its own when all others are used up. */
async function hasOwnBudget(browser: Browser, { username }: Person): Promise<boolean> {
  const own = onlyDevice(browser, guarded)
  const strange = guarded.browse()
  for (let guess = 0; guess < 11; guess++) {
    await strange.submit('/login', { username, password: 'a guess' })
  }
  return (await own.submit('/login', { username, password: 'a guess' })).status === 422
}

describe('the device cookie', () => {
  test('is another one after each login, and the old one is worth nothing then', async () => {
    const ada = await registerVerified()
    await ada.browser.submit('/logout')
    const copy = onlyDevice(ada.browser)
    const [before] = tokensOf(copy)

    await logIn(ada.browser, ada)
    const [after] = tokensOf(ada.browser)
    const known = await countNotices(ada)
    await logIn(copy, ada)

    expect(after).not.toBe(before)
    expect([known, await countNotices(ada)]).toEqual([0, 1])
  })

  test('stays the same while the password is only given again', async () => {
    const { browser, password } = await register(site)
    const before = tokensOf(browser)

    await browser.submit('/reauthenticate', { password })

    expect(tokensOf(browser)).toEqual(before)
  })

  test('holds one token for each user of a shared browser, and each stays known', async () => {
    const browser = site.browse()
    const people: Person[] = []
    for (let each = 0; each < 3; each++) {
      people.push(await registerVerified(browser))
      await browser.submit('/logout')
    }

    for (const person of people) {
      await logIn(browser, person)
      await browser.submit('/logout')
    }

    expect(tokensOf(browser)).toHaveLength(3)
    for (const person of people) expect(await countNotices(person)).toBe(0)
  })

  test('holds five tokens at most, and forgets the user who was away longest', async () => {
    const browser = site.browse()
    const people: Person[] = []
    for (let each = 0; each < 6; each++) {
      people.push(await registerVerified(browser))
      await browser.submit('/logout')
    }
    const [first, second] = people as [Person, Person]

    await logIn(browser, second)
    await browser.submit('/logout')
    await logIn(browser, first)

    expect(tokensOf(browser)).toHaveLength(5)
    expect([await countNotices(first), await countNotices(second)]).toEqual([1, 0])
  })

  test('makes its browser known to no user but those who have logged in there', async () => {
    const shared = site.browse()
    await registerVerified(shared)
    await shared.submit('/logout')
    const copy = site.browse().copyCookies(shared)
    const bob = await registerVerified()

    await logIn(shared, bob)
    await shared.submit('/logout')
    await logIn(copy, bob)

    expect(await countNotices(bob)).toBe(2)
  })

  test('of a release before this one, a single token, keeps its browser known', async () => {
    const ada = await registerVerified()
    await ada.browser.submit('/logout')

    expect(tokensOf(ada.browser)).toHaveLength(1)
    await logIn(ada.browser, ada)

    expect(await countNotices(ada)).toBe(0)
  })
})

describe('a known device', () => {
  const ENDS: [string, (ada: Person) => Promise<unknown>][] = [
    [
      'the password is changed',
      ({ browser }) =>
        browser.submit('/account/password', {
          current: PASSWORD,
          password: PASSWORD.toUpperCase(),
          confirm: PASSWORD.toUpperCase(),
        }),
    ],
    ['all others are logged out', ({ browser }) => browser.submit('/account/devices', {}, OTHERS)],
    ['it is logged out from another browser', ({ browser }) => revokeOther(browser)],
  ]

  test.each(ENDS)('is a new browser once %s', async (act, end) => {
    const ada = await registerVerified()
    const intruder = await logInElsewhere(site, ada, {})
    expect(await countNotices(ada)).toBe(1)
    expect(await hasOwnBudget(intruder, ada)).toBe(true)
    await end(ada)
    const password = act.includes('password is changed') ? PASSWORD.toUpperCase() : PASSWORD
    site.clock.advance(seconds(1))
    const own = await hasOwnBudget(intruder, ada)

    await logIn(intruder, { ...ada, password })

    expect(own).toBe(false)
    expect(await countNotices(ada)).toBe(2)
  })

  test.each(ENDS.slice(0, 2))(
    'is still this browser for the user who acts, when %s',
    async (act, end) => {
      const ada = await registerVerified()
      await logInElsewhere(site, ada)
      await end(ada)
      const password = act.includes('password is changed') ? PASSWORD.toUpperCase() : PASSWORD
      await ada.browser.submit('/logout')

      await logIn(ada.browser, { ...ada, password })

      expect(await countNotices(ada)).toBe(1)
      expect(await hasOwnBudget(ada.browser, ada)).toBe(true)
    },
  )

  test('has guesses of its own', async () => {
    const ada = await registerVerified()
    await ada.browser.submit('/logout')

    expect(await hasOwnBudget(ada.browser, ada)).toBe(true)
    expect(await hasOwnBudget(onlyDevice(ada.browser), await registerVerified())).toBe(false)
  })

  test('has guesses that another known one cannot use up', async () => {
    const ada = await registerVerified()
    const shared = onlyDevice(await logInElsewhere(site, ada), guarded)
    const own = onlyDevice(ada.browser, guarded)
    const guess = { username: ada.username, password: 'a guess' }

    const statuses: number[] = []
    for (let time = 0; time < 21; time++) {
      statuses.push((await shared.submit('/login', guess)).status)
    }

    // Ten of its own, and ten that any browser of the network has.
    expect(statuses).toEqual([...Array(20).fill(422), 429])
    expect((await own.submit('/login', guess)).status).toBe(422)
  })

  test('is the browser in which a reset link was used', async () => {
    const ada = await registerVerified()
    const browser = site.browse()
    const link = await forgetPassword(site, ada)

    await followLink(browser, link, newPassword)
    const own = await hasOwnBudget(browser, ada)
    await logIn(browser, { ...ada, ...newPassword })

    expect(own).toBe(true)
    expect(await countNotices(ada)).toBe(0)
  })
})

describe('one login form that is pressed twice', () => {
  test.each(['at once', 'one after the other'])(
    'makes one device and one notice: %s',
    async (how) => {
      const ada = await registerVerified()
      const browser = site.browse()
      const page = await browser.visit('/login')
      const _csrf = /name="_csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      const twin = site.browse().copyCookies(browser)
      const fields = { username: ada.username, password: PASSWORD, remember: 'on', _csrf }

      const press = (each: Browser) => each.post('/login', fields)
      const answers =
        how === 'at once'
          ? await Promise.all([press(browser), press(twin)])
          : [await press(browser), await press(twin)]

      expect(answers.map(({ headers }) => headers.location)).toEqual(['/dashboard', '/dashboard'])
      const { id: userId } = await findUser(site, ada)
      expect(await site.database.device.count({ where: { userId } })).toBe(2)
      expect(await countNotices(ada)).toBe(1)
      expect(tokensOf(browser)).toEqual(tokensOf(twin))
      expect(await kindsOf(site, ada.username)).toContain('new-device')
    },
  )

  test('is another login in a copy of the browser that opens its own form', async () => {
    const ada = await registerVerified()
    const browser = site.browse()
    await browser.visit('/login')
    const copy = site.browse().copyCookies(browser)

    await logIn(browser, ada)
    await logIn(copy, ada)

    expect(await countNotices(ada)).toBe(2)
  })
})
