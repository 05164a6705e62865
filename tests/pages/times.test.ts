import { afterAll, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const PAGES = ['/dashboard', '/account/activity', '/account/devices']
const timesOf = (html: string) => [...html.matchAll(/<time [^>]*>[^<]*/g)].map(([time]) => time)

test.each(PAGES)(
  '%s says how long ago it was, and the exact time where the user is',
  async (path) => {
    const { browser } = await register(site)
    const at = site.clock.now()
    await browser.submit('/account', { timeZone: 'Asia/Tokyo', language: 'es' })
    site.clock.advance(minutes(2))

    const [time] = timesOf((await browser.visit(path)).text)

    expect(time).toContain(`datetime="${at.toISOString()}"`)
    expect(time).toMatch(/title="[^"]* GMT\+9" tabindex="0">hace 2 minutos$/)
  },
)

test('the next visitor gets their own language and time zone', async () => {
  const inTokyo = await register(site)
  const other = await register(site)
  await inTokyo.browser.submit('/account', { timeZone: 'Asia/Tokyo' })

  const pages = [await inTokyo.browser.visit('/dashboard'), await other.browser.visit('/dashboard')]

  const [first, second] = pages.map(({ text }) => timesOf(text)[0])
  expect(first).toMatch(/ GMT\+9"/)
  expect(second).toMatch(/ UTC"/)
})
