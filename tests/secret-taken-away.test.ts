import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes } from '../src/durations.ts'
import { onlyRemembered } from './support/account.ts'
import type { TestApp } from './support/app.ts'
import type { Browser } from './support/browser.ts'
import { moveTo, openWithSecrets, registerRemembered } from './support/restarted-app.ts'
import { isLoggedIn } from './support/users.ts'

const { first, both, onlyNew, another } = await openWithSecrets()
afterAll(first.close)

const isRemembered = (site: TestApp, browser: Browser) => isLoggedIn(onlyRemembered(site, browser))

describe('the old secret taken away', () => {
  test('ends nothing of a browser that came back in between', async () => {
    const { browser } = await registerRemembered(first)
    first.clock.advance(minutes(31))
    const later = moveTo(both, browser)
    await later.visit('/dashboard')

    const last = moveTo(onlyNew, later)

    expect(await isLoggedIn(last)).toBe(true)
    expect(await isRemembered(onlyNew, last)).toBe(true)
  })

  test('leaves a session that was signed anew, and its open forms', async () => {
    const { browser } = await registerRemembered(first)
    const later = moveTo(both, browser)
    const _csrf = await later.takeToken('/account')

    const answer = await moveTo(onlyNew, later).post('/account/password', { _csrf })

    expect(answer.status).toBe(422)
  })

  test('ends what it alone had signed, and leaves the cookies, which could be of another program', async () => {
    const { browser } = await registerRemembered(first)
    const last = moveTo(onlyNew, browser)

    expect(await isLoggedIn(last)).toBe(false)
    for (const name of ['session', 'remember'])
      expect(last.valueOf(name)).toBe(browser.valueOf(name))
  })

  test('ends no remembered browser that came back, if only with its session', async () => {
    const { browser } = await registerRemembered(first)
    const later = moveTo(both, browser)
    await later.visit('/dashboard')

    first.clock.advance(days(29))

    expect(await isRemembered(onlyNew, later)).toBe(true)
  })
})

describe('secrets that are all new', () => {
  test('log no one in', async () => {
    const { browser } = await registerRemembered(first)
    const moved = moveTo(both, browser)
    await moved.visit('/dashboard')

    for (const each of [browser, moved]) {
      expect(await isLoggedIn(moveTo(another, each))).toBe(false)
      expect(await isRemembered(another, each)).toBe(false)
    }
  })
})
