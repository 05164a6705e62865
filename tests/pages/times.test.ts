import { afterAll, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const PAGES = ['/dashboard', '/account/activity', '/account/devices']
const timesOf = (html: string) => [...html.matchAll(/<time [^>]*>[^<]*/g)].map(([time]) => time)

test.each(PAGES)(
  '%s says how long ago it was, and the exact time where the user is',
  async (path) => {
    const ada = await register(site)
    const { browser } = ada
    await logInElsewhere(site, ada)
    const at = site.clock.now()
    await browser.submit('/account', { timeZone: 'Asia/Tokyo', language: 'es' })
    site.clock.advance(minutes(6))

    const times = timesOf((await browser.visit(path)).text)
    const time = times.find((each) => each.includes('title'))

    expect(time).toContain(`datetime="${at.toISOString()}"`)
    expect(time).toMatch(/title="[^"]* GMT\+9">hace 6 minutos$/)
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
