import { EventEmitter, once } from 'node:events'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { hashesAtOnce } from '../../src/accounts/hash-queue.ts'
import { minutes } from '../../src/durations.ts'
import type { Browser } from '../support/browser.ts'
import { readForm } from '../support/html.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, PASSWORD, register } from '../support/users.ts'

const site = await openServedApp({ THROTTLE: 'on' })
afterAll(site.close)

/** A user who sent a form with a login that is not fresh, and the form that asks for the password. */
async function interrupt(path: string) {
  const ada = await register(site)
  site.clock.advance(minutes(11))
  const _csrf = await ada.browser.takeToken('/account')
  const refused = await ada.browser.post(path, { _csrf })
  const page = await ada.browser.visit(String(refused.headers.location))
  return { ...ada, form: { ...readForm(page.text, '/reauthenticate'), password: PASSWORD } }
}

/** Sends a form twice, and lets no password be compared before both requests have found their session. */
async function pressTwice(browser: Browser, path: string, form: Record<string, string>) {
  const copy = site.browse().copyCookies(browser)
  const gate = new EventEmitter()
  const wait = () => site.services.hashQueue.run(() => once(gate, 'open'))
  const held = Array.from({ length: hashesAtOnce() }, wait)
  await site.database.attemptCounter.deleteMany()
  const presses = [browser.post(path, form), copy.post(path, form)]
  await vi.waitFor(async () => expect(await countTwice()).toBe(LIMITS), 4_000)
  gate.emit('open')
  await Promise.all(held)
  return { copy, answers: await Promise.all(presses) }
}

// Three for any form, two for the own password. They are counted in tenths.
const LIMITS = 5

const countTwice = () => site.database.attemptCounter.count({ where: { attempts: 20 } })

describe('two presses at /reauthenticate at once', () => {
  test('resume the interrupted form once', async () => {
    const { browser, form, username } = await interrupt('/account/export')

    const { copy, answers } = await pressTwice(browser, '/reauthenticate', form)

    const [resumed, other] = answers.sort((one, another) => one.status - another.status)
    expect(resumed?.headers['content-disposition']).toContain('account.json')
    expect([other?.status, other?.headers.location]).toEqual([303, '/dashboard'])
    const dashboards = await Promise.all([browser, copy].map((each) => each.visit('/dashboard')))
    for (const { text } of dashboards) expect(text).not.toContain('The form was not sent')
    expect([await isLoggedIn(browser), await isLoggedIn(copy)]).toEqual([true, true])
    const where = { kind: 'exported', user: { username } }
    expect(await site.database.securityEvent.findMany({ where })).toMatchObject([{ count: 1 }])
  })
})
