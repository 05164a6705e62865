import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { hours, minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { browseBehindProxy } from '../support/browser.ts'
import { logIn, type Person, register, userFields } from '../support/users.ts'

const site = await openTestApp({ THROTTLE: 'on', TRUST_PROXY: '1' })
afterAll(site.close)
afterEach(() => site.database.attemptCounter.deleteMany())

const browseFrom = (ip: string) => browseBehindProxy(site, ip)

async function guess(browser: ReturnType<typeof browseFrom>, username: string, times: number) {
  const statuses: number[] = []
  const _csrf = await browser.takeToken('/login')
  for (let time = 0; time < times; time++) {
    const answer = await browser.post('/login', { username, password: `guess ${time}`, _csrf })
    statuses.push(answer.status)
  }
  return statuses
}

const rightAfter = (ada: Person, browser: ReturnType<typeof browseFrom>) => logIn(browser, ada)

describe('the throttle of logging in', () => {
  test('lets ten guesses of one account pass from one IP, then says when to come back', async () => {
    const ada = await register(site)
    const browser = browseFrom('192.0.2.1')

    const statuses = await guess(browser, ada.username, 11)
    const answer = await rightAfter(ada, browser)

    expect(statuses).toEqual([...Array(10).fill(422), 429])
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(15 * 60)
    expect(answer.text).toContain('Too many attempts')
    expect(answer.text).toMatch(/Try again in <strong>\d+ minutes<\/strong>/)
  })

  test('compares no password that it refuses', async () => {
    const ada = await register(site)
    const browser = browseFrom('192.0.2.1')
    const looksAtHashes = () => site.statements.filter((sql) => sql.includes('passwordHash')).length
    site.statements.length = 0
    await guess(browser, ada.username, 10)
    const looks = looksAtHashes()

    await rightAfter(ada, browser)

    expect([looks, looksAtHashes()]).toEqual([10, 10])
  })

  test('counts a name however it is spelt', async () => {
    const ada = await register(site)
    const browser = browseFrom('192.0.2.1')

    await guess(browser, ada.username, 5)
    await guess(browser, ` ${ada.username.toUpperCase()} `, 5)

    expect((await rightAfter(ada, browser)).status).toBe(429)
  })

  test('does not tell by what is left for an email which account has it', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const browser = browseFrom('192.0.2.1')
    await guess(browser, ada.username, 10)

    const statuses = [await guess(browser, ada.email, 1), await guess(browser, bob.email, 1)]

    expect(statuses).toEqual([[422], [422]])
  })

  test('gives back what a success took', async () => {
    const ada = await register(site)

    for (let time = 0; time < 12; time++) {
      const answer = await rightAfter(ada, browseFrom('192.0.2.1'))
      expect(answer.status).toBe(303)
    }
  })

  test('keeps neither what was typed for a name nor the IP that it came from', async () => {
    const typed = 'my password, typed in the wrong field'

    await guess(browseFrom('192.0.2.1'), typed, 1)
    const counters = await site.database.attemptCounter.findMany()

    expect(counters).toHaveLength(4)
    expect(JSON.stringify(counters)).not.toMatch(/my password|192\.0\.2\.1/)
  })

  test('does not lock the user out of a browser that they have logged in with', async () => {
    const ada = await register(site)
    await ada.browser.submit('/logout')
    for (let host = 1; host <= 6; host++) {
      await guess(browseFrom(`198.51.100.${host}`), ada.username, 10)
    }

    const known = await rightAfter(ada, ada.browser)
    const unknown = await rightAfter(ada, browseFrom('203.0.113.9'))

    expect([known.status, unknown.status]).toEqual([303, 429])
  })

  test('is no way around it to bring the device cookie of another account', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    await guess(browseFrom('192.0.2.1'), ada.username, 10)
    const thief = browseFrom('192.0.2.1').copyCookies(bob.browser)
    thief.cookies.delete('session')

    expect((await rightAfter(ada, thief)).status).toBe(429)
  })

  test.each([
    ['a whole /64', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2', 429],
    ['not its neighbour', '2001:db8:0:1::1', '2001:db8:0:2::1', 422],
    ['an IPv4 written as IPv6', '::ffff:192.0.2.7', '192.0.2.7', 429],
    ['an IPv4 whatever its port', '192.0.2.8:1234', '192.0.2.8:1235', 429],
    ['not every IPv4 on one port', '192.0.2.8:1234', '192.0.2.9:1234', 422],
    ['an IPv6 whatever its port', '[2001:db8::1]:1234', '2001:db8::1', 429],
  ])('counts as one network %s', async (_, first, second, status) => {
    const { username } = await register(site)
    await guess(browseFrom(first), username, 10)

    expect(await guess(browseFrom(second), username, 1)).toEqual([status])
  })

  test('believes no more of X-Forwarded-For than the proxies that there are', async () => {
    const { username } = await register(site)
    await guess(browseFrom('203.0.113.1, 192.0.2.1'), username, 10)

    expect(await guess(browseFrom('203.0.113.2, 192.0.2.1'), username, 1)).toEqual([429])
  })

  test.each(['/LOGIN', '/login/', '/Login/?next=%2F'])('counts as one page: %s', async (path) => {
    const { username } = await register(site)
    const browser = browseFrom('192.0.2.1')
    const _csrf = await browser.takeToken('/login')
    const guessAt = (at: string) => browser.post(at, { username, password: 'a guess', _csrf })

    const statuses: number[] = []
    for (let time = 0; time < 6; time++) {
      for (const at of [path, '/login']) statuses.push((await guessAt(at)).status)
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429, 429])
  })

  test('lets one of many pass that come together when one is left', async () => {
    const { username } = await register(site)
    const browser = browseFrom('192.0.2.1')
    await guess(browser, username, 9)
    const _csrf = await browser.takeToken('/login')
    const guessOnce = () => browser.post('/login', { username, password: 'a guess', _csrf })

    const answers = await Promise.all(Array.from({ length: 8 }, guessOnce))

    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([422, ...Array(7).fill(429)])
  })

  test('starts anew when its time is over, and counts in the second window as in the first', async () => {
    const { username } = await register(site)
    const browser = browseFrom('192.0.2.1')
    await guess(browser, username, 11)

    site.clock.advance(minutes(15) - 1)
    const tooSoon = await guess(browser, username, 1)
    site.clock.advance(1)
    const second = await guess(browser, username, 11)

    expect(tooSoon).toEqual([429])
    expect(second).toEqual([...Array(10).fill(422), 429])
  })
})

describe('the throttle without a proxy', () => {
  test('believes nothing of X-Forwarded-For', async () => {
    const bare = await openTestApp({ THROTTLE: 'on', TRUST_PROXY: '0' })
    onTestFinished(bare.close)
    const { username } = await register(bare)
    const statuses: number[] = []

    for (let host = 0; host < 11; host++) {
      const browser = bare.browse()
      const _csrf = await browser.takeToken('/login')
      browser.headers['X-Forwarded-For'] = `192.0.2.${host}`
      const answer = await browser.post('/login', { username, password: 'a guess', _csrf })
      statuses.push(answer.status)
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429])
  })
})

describe('the throttle of registering', () => {
  test('lets as many be registered as REGISTRATIONS_PER_HOUR says', async () => {
    const small = await openTestApp({ THROTTLE: 'on', REGISTRATIONS_PER_HOUR: '2' })
    onTestFinished(small.close)
    const submit = async () => (await small.browse().submit('/register', userFields())).status

    expect([await submit(), await submit(), await submit()]).toEqual([303, 303, 429])
    small.clock.advance(hours(1))
    expect(await submit()).toBe(303)
  })

  test('counts no form that was refused for what was in it', async () => {
    for (let time = 0; time < 21; time++) {
      await browseFrom('192.0.2.1').submit('/register', userFields({ username: '' }))
    }

    const answer = await browseFrom('192.0.2.1').submit('/register', userFields())

    expect(answer.status).toBe(303)
  })
})
