import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { kindsOf } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const EXPORT = '/reauthenticate?next=%2Faccount%2Fexport'

const confirm = (browser: Browser, path = EXPORT) => browser.submit(path, { password: PASSWORD })

/** Somebody whose login is not fresh any more, who has just asked for something that needs it. */
async function registerAndAsk(path: string, fields: Record<string, string> = {}) {
  const ada = await register(site)
  site.clock.advance(minutes(11))
  const _csrf = await ada.browser.takeToken('/account')
  const refused = await ada.browser.post(path, { ...fields, _csrf })
  return { ...ada, refused }
}

describe('a form that was sent while the login was not fresh', () => {
  test('is gone on with once the password is given, and only once', async () => {
    const { browser, refused, username } = await registerAndAsk('/account/export')

    const resumed = await confirm(browser)
    const again = await confirm(browser)

    expect([refused.status, refused.headers.location]).toEqual([303, EXPORT])
    expect(resumed.status).toBe(200)
    expect(resumed.headers['content-disposition']).toContain('account.json')
    expect(JSON.parse(resumed.text)).toMatchObject({ account: { username } })
    expect([again.status, again.headers.location]).toEqual([303, '/dashboard'])
    const kinds = await kindsOf(site, username)
    expect(kinds.filter((kind) => kind === 'exported')).toHaveLength(1)
  })

  test('was not done before', async () => {
    const { username } = await registerAndAsk('/account/export')

    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('is gone on with for five minutes', async () => {
    const { browser } = await registerAndAsk('/account/export')

    site.clock.advance(minutes(5))
    const answer = await confirm(browser)

    expect(answer.status).toBe(200)
  })

  test('is not gone on with after that', async () => {
    const { browser, username } = await registerAndAsk('/account/export')

    site.clock.advance(minutes(5) + seconds(1))
    const answer = await confirm(browser)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('comes back with what was typed, but for the password, which is asked for', async () => {
    const { browser, username } = await registerAndAsk('/account/delete', {
      username: 'somebody else',
      password: PASSWORD,
    })

    const answer = await confirm(browser, '/reauthenticate?next=%2Faccount%2Fdelete')

    expect(answer.status).toBe(422)
    expect(answer.text).toContain('value="somebody else"')
    expect(answer.text).toContain('Enter your password.')
    expect(await kindsOf(site, username)).not.toContain('deletion-requested')
  })

  test('rests nowhere with its password', async () => {
    const { username } = await registerAndAsk('/account/delete', {
      username: 'somebody else',
      password: 'what they typed in passing',
    })

    const rows = JSON.stringify(
      await site.database.session.findMany({ where: { user: { username } } }),
    )

    expect(rows).toContain('somebody else')
    expect(rows).not.toContain('what they typed in passing')
  })

  test('is not gone on with when the visitor wants to go elsewhere', async () => {
    const { browser, username } = await registerAndAsk('/account/export')

    const answer = await confirm(browser, '/reauthenticate?next=%2Faccount')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('is not gone on with for whoever logs in at that browser next', async () => {
    const { browser, refused: _, ...ada } = await registerAndAsk('/account/export')
    const bob = await register(site)
    await browser.submit('/logout')
    await logIn(browser, bob)

    const answer = await confirm(browser)

    expect(answer.status).toBe(303)
    expect(await kindsOf(site, bob.username)).not.toContain('exported')
    expect(await kindsOf(site, ada.username)).not.toContain('exported')
  })

  test('is not kept when it is large', async () => {
    const { browser, refused } = await registerAndAsk('/account/export', { more: 'x'.repeat(5000) })

    const answer = await confirm(browser)

    expect(refused.headers.location).toBe(EXPORT)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account/export'])
  })
})
