import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { kindsOf, logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readFlashes } from '../support/html.ts'
import { findUser } from '../support/journeys.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const NOT_KEPT = 'The form that you sent before is not kept any more: nothing was changed.'
const NOT_SENT =
  'The form was not sent, so nothing was changed: it is kept for five minutes only, and while it is small. Fill it in again.'

const confirm = (browser: Browser, path: string) => browser.submit(path, { password: PASSWORD })

/** A user whose login is no longer fresh and who sent a form that needs a fresh one. */
async function registerAndAsk(path: string, fields: Record<string, string> = {}) {
  const ada = await register(site)
  site.clock.advance(minutes(11))
  const _csrf = await ada.browser.takeToken('/account')
  const refused = await ada.browser.post(path, { ...fields, _csrf })
  return { ...ada, refused, detour: String(refused.headers.location) }
}

const askForEmail = (email: string) =>
  registerAndAsk('/account', { email, username: 'planted', name: '' })

describe('a form that was sent while the login was not fresh', () => {
  test('is resumed once the password is given, and only once', async () => {
    const { browser, refused, detour, username } = await registerAndAsk('/account/export')

    const resumed = await confirm(browser, detour)
    const again = await confirm(browser, detour)

    expect(refused.status).toBe(303)
    expect(detour).toMatch(/^\/reauthenticate\?next=%2Faccount%2Fexport&resume=[\w-]{22}$/)
    expect(resumed.status).toBe(200)
    expect(resumed.headers['content-disposition']).toContain('account.json')
    expect(JSON.parse(resumed.text)).toMatchObject({ account: { username } })
    expect([again.status, again.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes((await browser.follow(again)).text)).not.toContain(NOT_SENT)
    const kinds = await kindsOf(site, username)
    expect(kinds.filter((kind) => kind === 'exported')).toHaveLength(1)
  })

  test('is called neither lost nor unsent by a second press, although it has ended every other login', async () => {
    const { browser, detour } = await registerAndAsk('/account/devices/revoke-others')

    const resumed = await confirm(browser, detour)
    const page = await browser.visit(detour)
    const again = await confirm(browser, detour)

    expect(resumed.headers.location).toBe('/account/devices')
    expect(page.text).not.toContain(NOT_KEPT)
    expect(again.headers.location).toBe('/dashboard')
    expect(readFlashes((await browser.follow(again)).text)).not.toContain(NOT_SENT)
  })

  test('was not done before', async () => {
    const { username } = await registerAndAsk('/account/export')

    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('is resumed after a wrong password, too', async () => {
    const { browser, detour } = await registerAndAsk('/account/export')
    const wrong = await browser.submit(detour, { password: 'not my password' })

    const fields = { password: PASSWORD, ...readHidden(wrong.text) }
    const answer = await browser.post('/reauthenticate', fields)

    expect([wrong.status, answer.status]).toEqual([422, 200])
    expect(wrong.text).toContain('Download everything that is kept about your account')
  })

  test('is resumed for five minutes', async () => {
    const { browser, detour } = await registerAndAsk('/account/export')

    site.clock.advance(minutes(5))
    const answer = await confirm(browser, detour)

    expect(answer.status).toBe(200)
  })

  test('is not resumed after that', async () => {
    const { browser, detour, username } = await registerAndAsk('/account/export')

    site.clock.advance(minutes(5) + seconds(1))
    const page = await browser.visit(detour)
    const answer = await confirm(browser, detour)

    expect(page.text).not.toContain('this will be done')
    expect(page.text).toContain(NOT_KEPT)
    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes((await browser.follow(answer)).text)).toContain(NOT_SENT)
    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('comes back with what was typed, but for the password, which is asked for', async () => {
    const { browser, detour, username } = await registerAndAsk('/account/delete', {
      username: 'another name',
      password: PASSWORD,
    })

    const answer = await confirm(browser, detour)

    expect(answer.status).toBe(422)
    expect(answer.text).toContain('value="another name"')
    expect(answer.text).toContain('Enter your password.')
    expect(await kindsOf(site, username)).not.toContain('deletion-requested')
  })

  test('is stored without its password', async () => {
    const { username } = await registerAndAsk('/account/delete', {
      username: 'another name',
      password: 'typed in passing',
    })

    const rows = JSON.stringify(
      await site.database.session.findMany({ where: { user: { username } } }),
    )

    expect(rows).toContain('another name')
    expect(rows).not.toContain('typed in passing')
  })

  test('is not resumed when the visitor wants to go elsewhere', async () => {
    const { browser, username, detour } = await registerAndAsk('/account/export')

    const answer = await confirm(browser, detour.replace('%2Fexport', ''))

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('is not resumed for the user who logs in at that browser next', async () => {
    const { browser, detour, refused: _, ...ada } = await registerAndAsk('/account/export')
    const bob = await register(site)
    await browser.submit('/logout')
    await logIn(browser, bob)

    const answer = await confirm(browser, detour)

    expect(answer.status).toBe(303)
    expect(await kindsOf(site, bob.username)).not.toContain('exported')
    expect(await kindsOf(site, ada.username)).not.toContain('exported')
  })

  test('is not kept when it is large, and says so', async () => {
    const { browser, detour, username } = await registerAndAsk('/account/export', {
      more: 'x'.repeat(5000),
    })

    const page = await browser.visit(detour)
    const answer = await confirm(browser, detour)

    expect(page.text).toContain(NOT_KEPT)
    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes((await browser.follow(answer)).text)).toContain(NOT_SENT)
    expect(await kindsOf(site, username)).not.toContain('exported')
  })
})

describe('a profile form that was sent while the login was not fresh', () => {
  test('changes what its page named, and nothing that was changed elsewhere meanwhile', async () => {
    const ada = await register(site)
    const elsewhere = await logInElsewhere(site, ada)
    site.clock.advance(minutes(11))
    const email = `new.${ada.email}`
    const kept = await ada.browser.submit('/account', { username: ada.username, name: '', email })
    const renamed = { username: `${ada.username}.new`, name: 'Ada', email: ada.email }
    await confirm(elsewhere, '/reauthenticate')
    await elsewhere.submit('/account', renamed)

    const shown = await ada.browser.follow(kept)
    const answer = await confirm(ada.browser, String(kept.headers.location))

    expect(shown.text).toContain(`Change your email to ${email}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await findUser(site, renamed)).toMatchObject(renamed)
    expect(await site.database.emailLink.count({ where: { email } })).toBe(1)
  })

  test('comes back whole when what it wants is taken', async () => {
    const { username } = await register(site)
    const { browser, detour, email } = await registerAndAsk('/account', { username })

    const answer = await confirm(browser, detour)

    expect(answer.status).toBe(422)
    expect(answer.text).toContain(`value="${username}"`)
    expect(answer.text).toContain(`value="${email}"`)
  })
})

describe('a form that an intruder left at an open browser', () => {
  test('names language and time zone too, where it changes them', async () => {
    const fields = { email: 'evil@example.com', language: 'es' }
    const { browser, detour } = await registerAndAsk('/account', fields)

    const { text } = await browser.visit(detour)

    expect(text).toContain('Change your email to evil@example.com, your language or time zone')
  })

  test.each(['/reauthenticate?next=%2Faccount', '/reauthenticate', '/reauthenticate?next=/'])(
    'is not resumed by a password given at %s',
    async (path) => {
      const { browser, username, email } = await askForEmail('evil@example.com')

      const page = await browser.visit(path)
      const answer = await confirm(browser, path)

      expect(page.text).not.toContain('evil@example.com')
      expect(answer.status).toBe(303)
      expect(await findUser(site, { username })).toMatchObject({ email, username })
      expect(await site.database.emailLink.count({ where: { email: 'evil@example.com' } })).toBe(0)
    },
  )

  test('is not resumed with a guessed nonce', async () => {
    const { browser, username } = await registerAndAsk('/account/export')

    const answer = await confirm(browser, '/reauthenticate?next=%2Faccount%2Fexport&resume=AAAA')

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await kindsOf(site, username)).not.toContain('exported')
  })

  test('is named where the password is asked for, with every change that it makes', async () => {
    const { browser, detour } = await askForEmail('evil@example.net')

    const { text } = await browser.visit(detour)

    expect(text).toContain('Change your email to evil@example.net, your user name to planted')
  })

  test('changes the email only after that', async () => {
    const { browser, detour } = await askForEmail('new@example.net')

    const answer = await confirm(browser, detour)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await site.database.emailLink.count({ where: { email: 'new@example.net' } })).toBe(1)
  })
})

describe('every page whose form needs a fresh login', () => {
  test.each([
    ['/account/export', 'Download everything that is kept about your account'],
    ['/account/delete', 'Close your account'],
    ['/account/devices/revoke-others', 'Log out all your other browsers'],
    [`/account/devices/${crypto.randomUUID()}/revoke`, 'Log out one of your other browsers'],
  ])('says what it will do: %s', async (path, words) => {
    const { browser, detour } = await registerAndAsk(path)

    expect((await browser.visit(detour)).text).toContain(words)
  })
})

function readHidden(html: string): Record<string, string> {
  const found = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]))
}
