import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { days, minutes } from '../../src/durations.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { type Browser, browseBehindProxy } from '../support/browser.ts'
import { followLink, forgetPassword, NEW_PASSWORD, newPassword } from '../support/journeys.ts'
import { logIn, register } from '../support/users.ts'

const site = await openTestApp({
  THROTTLE: 'on',
  TRUST_PROXY: '1',
  SESSION_IDLE_MINUTES: '600',
  FRESH_MINUTES: '600',
})
afterAll(site.close)
afterEach(() => site.database.attemptCounter.deleteMany())

const browseFrom = (ip: string) => browseBehindProxy(site, ip)

async function guess(browser: Browser, username: string, times: number) {
  const _csrf = await browser.takeToken('/login')
  const fields = { _csrf, username, password: 'not my password' }
  const statuses: number[] = []
  for (let time = 0; time < times; time++) {
    statuses.push((await browser.post('/login', fields)).status)
  }
  return statuses
}

const ATTACKER = '192.0.2.1'
const ELSEWHERE = '198.51.100.1'

describe('an attacker who guesses without end from one network', () => {
  test('does not lock the user out of a new browser in another network', async () => {
    const ada = await register(site)
    const statuses: number[] = []

    for (let quarter = 0; quarter < 12; quarter++) {
      await guess(browseFrom(ATTACKER), ada.username, 12)
      statuses.push((await logIn(browseFrom(ELSEWHERE), ada)).status)
      site.clock.advance(minutes(15))
    }

    expect(statuses).toEqual(Array(12).fill(303))
  })

  test('has 20 guesses an hour at one name', async () => {
    const { username } = await register(site)
    const statuses: number[] = []

    for (let quarter = 0; quarter < 4; quarter++) {
      statuses.push(...(await guess(browseFrom(ATTACKER), username, 12)))
      site.clock.advance(minutes(15))
    }

    expect(statuses.filter((status) => status === 422)).toHaveLength(20)
  })

  test('does not lock a user out who sets a new password by email, even in that network', async () => {
    const ada = await register(site)
    await guess(browseFrom(ATTACKER), ada.username, 12)
    const browser = browseFrom(ATTACKER)
    await followLink(browser, await forgetPassword(site, ada), newPassword)

    const answer = await logIn(browser, { ...ada, password: NEW_PASSWORD })

    expect(answer.status).toBe(303)
  })
})

describe('a thief who guesses with copied cookies of a browser', () => {
  test('has those of the browser and then those of a new one, and does not lock its user out of it', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    const thief = browseFrom(ATTACKER).copyCookies(ada.browser)

    const statuses = await guess(thief, ada.username, 22)
    const answer = await logIn(ada.browser, ada)

    expect(statuses).toEqual([...Array(20).fill(422), 429, 429])
    expect(answer.status).toBe(303)
  })

  test('locks its user out of it from several networks, until they set a new password by email', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    for (const network of [ATTACKER, '192.0.2.2', '192.0.2.3'])
      await guess(browseFrom(network).copyCookies(ada.browser), ada.username, 20)

    const refused = await logIn(ada.browser, ada)
    await followLink(ada.browser, await forgetPassword(site, ada), newPassword)
    const answer = await logIn(ada.browser, { ...ada, password: NEW_PASSWORD })

    expect([refused.status, answer.status]).toEqual([429, 303])
  })

  test('leaves all attempts at the own password to a user who has logged in again', async () => {
    const ada = await register(site)
    const thief = browseFrom(ATTACKER).copyCookies(ada.browser)
    const _csrf = await thief.takeToken('/reauthenticate')
    for (let time = 0; time < 11; time++)
      await thief.post('/reauthenticate', { _csrf, password: 'a guess' })
    await ada.browser.submit('/logout')
    site.clock.advance(1)
    await logIn(ada.browser, ada)

    const changed = { ...newPassword, current: ada.password }
    const answer = await ada.browser.submit('/account/password', changed)

    expect(answer.status).toBe(303)
  })
})

const WRONG = { current: 'not my password', password: 'not my password either', confirm: '' }
const VERIFIED = { ...WRONG, confirm: WRONG.password }

describe('ten wrong passwords of an intruder in one browser', () => {
  test.each(['/reauthenticate', '/account/password', '/account/delete'])(
    'at %s do not refuse the right one in another',
    async (path) => {
      const ada = await register(site)
      const other = await logInElsewhere(site, ada)
      const { username, password } = ada
      for (let time = 0; time < 11; time++) {
        await ada.browser.submit(path, { ...VERIFIED, username })
      }

      const guessed = await ada.browser.submit(path, { ...VERIFIED, username })
      const right = { ...newPassword, current: password, username }
      const asked = path === '/account/password' ? right : { username, password }
      const answer = await other.submit(path, asked)

      expect([guessed.status, answer.status]).toEqual([429, 303])
    },
  )

  test('are all that it has on the three pages together', async () => {
    const { browser, username } = await register(site)
    const paths = ['/reauthenticate', '/account/password', '/account/delete']

    const statuses: number[] = []
    for (let time = 0; time < 12; time++) {
      const path = paths[time % 3] ?? ''
      statuses.push((await browser.submit(path, { ...VERIFIED, username })).status)
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429, 429])
  })
})

describe('the wait of a refusal', () => {
  const retryAfter = ({ headers }: { headers: Record<string, string> }) =>
    Number(headers['retry-after'])

  test('is that until a known browser has attempts again, of its own or as a new one', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    await guess(ada.browser, ada.username, 10)
    site.clock.advance(minutes(10))
    await guess(ada.browser, ada.username, 10)

    const refused = await logIn(ada.browser, ada)
    site.clock.advance(minutes(5))
    const answer = await logIn(ada.browser, ada)

    expect([refused.status, retryAfter(refused), answer.status]).toEqual([429, 5 * 60, 303])
  })

  test('is the true one also for those of many that came together', async () => {
    const { username } = await register(site)
    const browser = browseFrom(ATTACKER)
    await guess(browser, username, 9)
    const _csrf = await browser.takeToken('/login')
    const guessOnce = () => browser.post('/login', { _csrf, username, password: 'a guess' })

    const answers = await Promise.all(Array.from({ length: 8 }, guessOnce))

    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.map(retryAfter)).toEqual(Array(7).fill(15 * 60))
  })

  test('is never longer than the window, though a clock was wrong by ten days', async () => {
    const { username } = await register(site)
    site.clock.advance(days(10))
    await guess(browseFrom(ATTACKER), username, 11)
    site.clock.advance(-days(10))

    const statuses = await guess(browseFrom(ATTACKER), username, 11)

    expect(statuses).toEqual([...Array(10).fill(422), 429])
  })

  test('is never longer than the window, though another clock is ahead by half a minute', async () => {
    const { username } = await register(site)
    site.clock.advance(minutes(0.5))
    await guess(browseFrom(ATTACKER), username, 10)
    site.clock.advance(-minutes(0.5))

    const browser = browseFrom(ATTACKER)
    const answer = await browser.submit('/login', { username, password: 'a guess' })

    expect([answer.status, retryAfter(answer)]).toEqual([429, 15 * 60])
  })
})
