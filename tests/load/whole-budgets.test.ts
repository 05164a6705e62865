import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { browseBehindProxy } from '../support/browser.ts'
import { newPassword } from '../support/journeys.ts'
import { register, userFields } from '../support/users.ts'

const site = await openTestApp({ THROTTLE: 'on', TRUST_PROXY: '1' })
afterAll(site.close)
afterEach(() => site.database.attemptCounter.deleteMany())

const browseFrom = (ip: string) => browseBehindProxy(site, ip)

async function repeat(times: number, send: () => Promise<{ status: number }>) {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await send()).status)
  return statuses
}

describe('the throttle of logging in', () => {
  test('counts one network over all names', async () => {
    const browser = browseFrom('192.0.2.1')

    const _csrf = await browser.takeToken('/login')

    const statuses: number[] = []
    for (let name = 0; name < 101; name++) {
      const fields = { username: `unknown${name}`, password: 'a guess', _csrf }
      statuses.push((await browser.post('/login', fields)).status)
    }

    expect(statuses.filter((status) => status === 422)).toHaveLength(100)
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('the throttle of registering', () => {
  test('lets sixty accounts be registered from one network in an hour', async () => {
    const browser = browseFrom('192.0.2.1')
    const statuses: number[] = []

    for (let time = 0; time < 61; time++) {
      const visitor = browseFrom('192.0.2.1')
      statuses.push((await visitor.submit('/register', userFields())).status)
    }
    const another = await browseFrom('192.0.2.2').submit('/register', userFields())

    expect(statuses).toEqual([...Array(60).fill(303), 429])
    expect(another.status).toBe(303)
    expect((await browser.visit('/register')).status).toBe(200)
  })
})

describe('a form that a user sends', () => {
  test('is one of 200 an hour in one browser; another, and logging out, still work', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/logout')

    const statuses = await repeat(201, () => ada.browser.post('/reauthenticate', { _csrf }))
    const other = await logInElsewhere(site, ada)
    const current = ada.password
    const changed = await other.submit('/account/password', { ...newPassword, current })
    const loggedOut = await ada.browser.post('/logout', { _csrf })

    expect(statuses).toEqual([...Array(200).fill(422), 429])
    expect([changed.status, loggedOut.status]).toEqual([303, 303])
  })
})

describe('ten wrong passwords of an intruder in one browser', () => {
  test('are bounded for the account: 100 an hour in however many browsers', async () => {
    const ada = await register(site)
    const statuses: number[] = []

    for (let browser = 0; browser < 11; browser++) {
      const intruder = await logInElsewhere(site, ada, {})
      const _csrf = await intruder.takeToken('/reauthenticate')
      for (let time = 0; time < 10; time++) {
        const answer = await intruder.post('/reauthenticate', { _csrf, password: 'a guess' })
        statuses.push(answer.status)
      }
    }

    expect(statuses).toEqual([...Array(100).fill(422), ...Array(10).fill(429)])
  })
})

describe('the budget of /reauthenticate', () => {
  test('is ten times as large for a right password', async () => {
    const { browser, password } = await register(site)
    const _csrf = await browser.takeToken('/reauthenticate')

    const statuses = await repeat(101, () => browser.post('/reauthenticate', { _csrf, password }))

    expect(statuses).toEqual([...Array(100).fill(303), 429])
  })
})
