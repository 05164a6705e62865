import { afterAll, describe, expect, test } from 'vitest'
import { hours, minutes } from '../../../src/durations.ts'
import { noticesTo } from '../../support/account.ts'
import { readActivity, SAFARI } from '../../support/activity.ts'
import { openTestApp } from '../../support/app.ts'
import { type Browser, FIREFOX } from '../../support/browser.ts'
import { doJobs } from '../../support/jobs.ts'
import { forgetPassword, newPassword } from '../../support/journeys.ts'
import { logIn, type Person, register, registerVerified } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

async function readEvents(browser: Browser) {
  await doJobs(site)
  return readActivity(browser)
}

async function fail(person: Person, userAgent = FIREFOX) {
  const browser = site.browse()
  browser.headers['User-Agent'] = userAgent
  await logIn(browser, { ...person, password: 'a wrong guess' })
}

const startHour = () => site.clock.advance(hours(1) - (site.clock.now().getTime() % hours(1)))

const confirm = (browser: Browser, password: string) =>
  browser.submit('/reauthenticate', { password })

const logOutOthers = async (browser: Browser) =>
  browser.post('/account/devices/revoke-others', { _csrf: await browser.takeToken('/account') })

describe('GET /account/activity', () => {
  test('says in words what happened, newest first, with browser and time', async () => {
    const ada = await register(site)
    const times = [site.clock.now()]
    const later = () => {
      site.clock.advance(minutes(1))
      times.unshift(site.clock.now())
    }
    later()
    const safari = site.browse()
    safari.headers['User-Agent'] = SAFARI
    await logIn(safari, ada)
    later()
    await ada.browser.submit('/account', { name: 'Ada L.' })
    later()
    await site.browse().submit('/forgot-password', { email: ada.email })
    await doJobs(site)
    later()
    await ada.browser.submit('/account', {}, '/account/export')
    later()
    await ada.browser.submit('/account/password', { current: ada.password, ...newPassword })

    const rows = await readEvents(ada.browser)

    expect(rows.map(({ words }) => words)).toEqual([
      'Password changed',
      'Data downloaded',
      'Requested a link to choose a new password',
      'Profile changed',
      'Logged in from a new browser',
      'Account created',
    ])
    expect(rows.map(({ at }) => at)).toEqual(times.map((time) => time.toISOString()))
    expect(rows.map(({ browser }) => browser)).toEqual([
      'Firefox on Linux',
      'Firefox on Linux',
      'Firefox on Linux',
      'Firefox on Linux',
      'Safari on macOS',
      'Firefox on Linux',
    ])
  })

  test('counts the failed attempts of an hour in one row, with the latest browser and time', async () => {
    startHour()
    const ada = await register(site)

    site.clock.advance(minutes(10))
    await fail(ada)
    await doJobs(site)
    site.clock.advance(minutes(10))
    await fail(ada)
    await doJobs(site)
    site.clock.advance(minutes(10) - 1)
    await fail(ada, SAFARI)
    await doJobs(site)
    const at = site.clock.now().toISOString()

    const [newest, ...others] = await readEvents(ada.browser)
    expect(newest).toEqual({
      words: 'Failed attempt to log in',
      count: '3 times',
      at,
      browser: 'Safari on macOS',
    })
    expect(others.map(({ words }) => words)).toEqual(['Account created'])
  })

  const REPEATED: [string, (ada: Person, time: number) => Promise<unknown>, number][] = [
    ['Profile changed', ({ browser }, time) => browser.submit('/account', { name: `A${time}` }), 0],
    ['Data downloaded', ({ browser }) => browser.submit('/account', {}, '/account/export'), 1],
    ['All other browsers were logged out', ({ browser }) => logOutOthers(browser), 1],
    ['Password confirmed', ({ browser, password }) => confirm(browser, password), 0],
    ['Requested a link to choose a new password', (ada) => forgetPassword(site, ada), 0],
  ]

  test.each(REPEATED)(
    'counts what is repeated within an hour in one row, and tells of it by mail once at most: %s',
    async (words, act, mails) => {
      startHour()
      const ada = await registerVerified(site)

      for (let time = 0; time < 3; time++) await act(ada, time)

      const rows = (await readEvents(ada.browser)).filter((row) => row.words === words)
      expect(rows.map(({ count }) => count)).toEqual(['3 times'])
      expect(await noticesTo(site, ada.email)).toEqual(Array(mails).fill(words))
    },
  )

  test('begins another row in the next hour, and gives a single attempt no number', async () => {
    const ada = await register(site)
    await fail(ada)
    await doJobs(site)

    site.clock.advance(hours(1))
    await fail(ada)
    await doJobs(site)
    site.clock.advance(hours(1))
    await fail(ada)
    await doJobs(site)

    await logIn(ada.browser, ada)
    const rows = await readEvents(ada.browser)
    const failed = rows.filter(({ words }) => words === 'Failed attempt to log in')
    expect(failed.map(({ count }) => count)).toEqual([undefined, undefined, undefined])
  })

  test('shows what a browser calls itself as text', async () => {
    const ada = await register(site)
    await fail(ada, '<b>Browser</b>/1.0 <script>')

    const { text } = await ada.browser.visit('/account/activity')

    expect(text).not.toMatch(/<b>Browser|<script>/)
  })

  test('never shows what happened to another user', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    await fail(bob)

    expect((await readEvents(ada.browser)).map(({ words }) => words)).toEqual(['Account created'])
  })

  test('says so where nothing is known any longer', async () => {
    const ada = await register(site)
    await site.database.securityEvent.deleteMany({ where: { user: { username: ada.username } } })

    const { text } = await ada.browser.visit('/account/activity')

    expect(await readEvents(ada.browser)).toEqual([])
    expect(text).toContain('Nothing has happened on this account yet.')
  })

  test('shows the latest hundred of many', async () => {
    const ada = await register(site)
    const { id: userId } = await site.database.user.findFirstOrThrow({
      where: { username: ada.username },
    })
    const at = new Date(site.clock.now().getTime() + minutes(1))
    const events = Array.from({ length: 100 }, (_, count) => ({
      id: `${userId} ${count}`,
      userId,
      kind: 'reauthenticated',
      at,
      browser: 'Firefox on Linux',
    }))
    await site.database.securityEvent.createMany({ data: events })

    const rows = await readEvents(ada.browser)

    expect(rows).toHaveLength(100)
    expect(rows.map(({ words }) => words)).not.toContain('Account created')
  })
})
