import { afterAll, describe, expect, test } from 'vitest'
import { hours, minutes } from '../../../src/durations.ts'
import { noticesTo } from '../../support/account.ts'
import { type Row, readActivity, readRows, SAFARI } from '../../support/activity.ts'
import { openTestApp } from '../../support/app.ts'
import { type Browser, FIREFOX } from '../../support/browser.ts'
import { readLinks } from '../../support/html.ts'
import { doJobs } from '../../support/jobs.ts'
import { findUser, forgetPassword, newPassword } from '../../support/journeys.ts'
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

  test('puts the events of a day under its date', async () => {
    const { browser, username } = await register(site)
    const { id: userId } = await findUser(site, { username })
    const times = ['2025-03-02T23:59:00Z', '2025-03-02T08:00:00Z', '2025-02-28T12:00:00Z']
    await site.database.securityEvent.deleteMany({ where: { userId } })
    await addEvents(userId, 3, (index) => ({ at: new Date(times[index] ?? '') }))

    const { text } = await browser.visit('/account/activity')

    expect(text).toContain('23:59:00.000Z">23:59 UTC</time>')
    const found = text.matchAll(/<h2 class="day"><time[^>]*>([^<]*)<|row-title">([^<]*)</g)
    expect([...found].map(([, day, words]) => day ?? words?.trim())).toEqual([
      'Sunday, 2 March 2025',
      'Password confirmed',
      'Password confirmed',
      'Friday, 28 February 2025',
      'Password confirmed',
    ])
  })

  test('marks what was attempted in vain', async () => {
    const ada = await register(site)
    await fail(ada)
    await doJobs(site)

    const { text } = await ada.browser.visit('/account/activity')

    expect([...text.matchAll(/event-(\w+)/g)].map(([, group]) => group)).toEqual([
      'warning',
      'account',
    ])
  })
})

describe('GET /account/activity with many events', () => {
  test('shows every event once, page after page, also where all are of one moment', async () => {
    const { browser, username } = await register(site)
    const { id: userId } = await findUser(site, { username })
    await addEvents(userId, 120, (index) => ({ browser: `Browser ${index}` }))

    const pages = await readPages(browser, '/account/activity')

    const browsers = pages.flat().map((row) => row.browser)
    const added = Array.from({ length: 120 }, (_, index) => `Browser ${index}`)
    expect(pages.map((rows) => rows.length)).toEqual([50, 50, 21])
    expect(browsers.toSorted()).toEqual([...added, 'Firefox on Linux'].toSorted())
  })

  test('shows those of one kind, on later pages too', async () => {
    const { browser, username } = await register(site)
    const { id: userId } = await findUser(site, { username })
    await addEvents(userId, 120, (index) => ({ kind: index % 2 ? 'reauthenticated' : 'exported' }))

    const pages = await readPages(browser, '/account/activity?show=login')

    expect(pages.map((rows) => rows.length)).toEqual([50, 10])
    expect(new Set(pages.flat().map(({ words }) => words))).toEqual(new Set(['Password confirmed']))
  })

  test('says so where there are none of a kind, and leads back to all', async () => {
    const { browser } = await register(site)

    const { text } = await browser.visit('/account/activity?show=password')

    expect(readRows(text)).toEqual([])
    expect(text).toContain('There is nothing here.')
    expect(readLinks(text)).toContain('/account/activity')
  })

  test.each([
    'show=everything',
    'show=login&show=warning',
    'show[]=login',
    'before=',
    'before=yesterday',
    'before=1.a&before=2.b',
    'before=9999999999999',
    'before=99999999999999.a',
    'before=-1.a',
    "before=1.a'b",
    'before=1.%00',
    'before=1.%E0%A4',
    `before=1.${'x'.repeat(201)}`,
  ])('is the first page for a query that it never made: %s', async (query) => {
    const { browser } = await register(site)

    const { status, text } = await browser.visit(`/account/activity?${query}`)

    expect([status, readRows(text).map(({ words }) => words)]).toEqual([200, ['Account created']])
  })
})

/** Gives an account events that are newer than all others, and of one moment unless told otherwise. */
async function addEvents(userId: string, count: number, change: (index: number) => object) {
  const at = new Date(site.clock.now().getTime() + minutes(1))
  const blank = { userId, kind: 'reauthenticated', at, browser: 'Firefox on Linux' }
  const events = Array.from({ length: count }, (_, index) => {
    return { ...blank, id: `${userId} ${index}`, ...change(index) }
  })
  await site.database.securityEvent.createMany({ data: events })
}

/** The rows of a page and of those that its links to older events lead to. */
async function readPages(browser: Browser, path: string): Promise<Row[][]> {
  const { text } = await browser.visit(path)
  const older = readLinks(text).find((href) => href.includes('before='))
  return [readRows(text), ...(older ? await readPages(browser, older) : [])]
}
