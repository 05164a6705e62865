import { afterAll, afterEach, expect, test } from 'vitest'
import { days, minutes } from '../src/durations.ts'
import { openTestApp } from './support/app.ts'
import { forgetPassword, LINK_IS_OVER, openLink } from './support/journeys.ts'
import { isLoggedIn, registerVerified } from './support/users.ts'

// A clock that was ahead once leaves times that are to come.

const site = await openTestApp()
afterAll(site.close)

let ahead = 0
const setAhead = (wait: number) => {
  site.clock.advance(wait - ahead)
  ahead = wait
}
afterEach(() => setAhead(0))

test.each([
  ['is over', days(10), false],
  ['goes on where the clock was ahead by less than machines may differ', minutes(50), true],
])('a session that was made then %s', async (_, wait, isOn) => {
  setAhead(wait)
  const { browser } = await registerVerified(site)
  setAhead(0)

  expect(await isLoggedIn(browser)).toBe(isOn)
})

test('a session that was used then is over', async () => {
  const { browser } = await registerVerified(site)
  setAhead(minutes(25))
  await browser.visit('/dashboard')
  for (let time = 2; time < 12; time++) {
    setAhead(time * minutes(25))
    expect(await isLoggedIn(browser)).toBe(true)
  }
  setAhead(0)

  expect(await isLoggedIn(browser)).toBe(false)
})

test('a password that was given then is not a fresh one', async () => {
  setAhead(minutes(50))
  const { browser } = await registerVerified(site)
  setAhead(0)

  expect((await browser.visit('/account/delete')).status).toBe(302)
})

test('a link that was sent then is over', async () => {
  const ada = await registerVerified(site)
  setAhead(days(10))
  const link = await forgetPassword(site, ada)
  setAhead(0)

  expect((await openLink(site.browse(), link)).text).toContain(LINK_IS_OVER)
})
