import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { isLoggedIn, register } from '../support/users.ts'

const site = await openTestApp()
const { clock } = site
afterAll(site.close)

/** Reads after each of these waits; says whether that worked each time. */
async function readAfter(app: TestApp, waits: number[]): Promise<boolean[]> {
  const { browser } = await register(app)
  const worked: boolean[] = []
  for (const wait of waits) {
    clock.advance(wait)
    worked.push(await isLoggedIn(browser))
  }
  return worked
}

describe('the idle end of a session', () => {
  test.each([
    ['1', [seconds(50), seconds(50), seconds(50)]],
    ['1', [seconds(20), seconds(59), seconds(20), seconds(59)]],
    ['2', [seconds(59), seconds(119)]],
    ['30', [seconds(59), minutes(30) - seconds(1)]],
    ['30', [seconds(20), seconds(20), minutes(30) - seconds(1)]],
  ])('of %s minutes counts from the last request: %j', async (SESSION_IDLE_MINUTES, waits) => {
    const app = await openTestApp({ SESSION_IDLE_MINUTES }, site)

    expect(await readAfter(app, waits)).toEqual(waits.map(() => true))
  })

  test.each([
    ['1', [seconds(20), minutes(1)]],
    ['30', [seconds(59), minutes(30)]],
  ])('of %s minutes comes no later either: %j', async (SESSION_IDLE_MINUTES, waits) => {
    const app = await openTestApp({ SESSION_IDLE_MINUTES }, site)

    expect(await readAfter(app, waits)).toEqual([true, false])
  })
})

describe('the idle end of a session of one minute', () => {
  test('counts from the last request in another process, too', async () => {
    const [one, other] = [
      await openTestApp({ SESSION_IDLE_MINUTES: '1' }, site),
      await openTestApp({ SESSION_IDLE_MINUTES: '1' }, site),
    ]
    const { browser } = await register(one)
    clock.advance(seconds(50))
    await browser.visit('/dashboard')
    clock.advance(seconds(50))

    expect(await isLoggedIn(other.browse().copyCookies(browser))).toBe(true)
  })
})

describe('a request too soon after another to be written', () => {
  test('is written once a minute has passed, for the other processes', async () => {
    const other = await openTestApp({}, site)
    const { browser } = await register(site)
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    clock.advance(seconds(59))
    await browser.visit('/dashboard')

    await vi.advanceTimersByTimeAsync(minutes(1))
    vi.useRealTimers()
    clock.advance(minutes(30) - seconds(1))

    await vi.waitFor(async () =>
      expect(await isLoggedIn(other.browse().copyCookies(browser))).toBe(true),
    )
  })

  test('is written when the process ends', async () => {
    const other = await openTestApp({}, site)
    const { browser } = await register(site)
    clock.advance(seconds(59))
    await browser.visit('/dashboard')

    await site.services.sessionStore.writeLateVisits()
    clock.advance(minutes(30) - seconds(1))

    expect(await isLoggedIn(other.browse().copyCookies(browser))).toBe(true)
  })

  test('brings no session back that has been ended', async () => {
    const { browser } = await register(site)
    clock.advance(seconds(59))
    await browser.visit('/dashboard')
    const copy = site.browse().copyCookies(browser)

    await browser.submit('/logout')
    await site.services.sessionStore.writeLateVisits()

    expect(await isLoggedIn(copy)).toBe(false)
  })
})
