import { afterAll, describe, expect, test } from 'vitest'
import { eraseLeavers } from '../../src/accounts/deletion.ts'
import { disableUser, findUsers, listUsers } from '../../src/accounts/operations.ts'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, readFlashes } from '../support/html.ts'
import { findUser, followLink, NEW_PASSWORD, newPassword } from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { isLoggedIn, PASSWORD, userFields } from '../support/users.ts'

const site = await openTestApp({ REGISTRATION: 'verified' })
afterAll(site.close)

/** Somebody who has sent the form, and waits for the mail. */
async function applyFor(changes: Parameters<typeof userFields>[0] = {}) {
  const fields = userFields(changes)
  const browser = site.browse()
  const answer = await browser.submit('/register', fields)
  return { ...fields, browser, answer }
}

const confirm = async (browser: Browser, email: string) =>
  followLink(browser, await readLink(site, email, 'verify-email'))

const tryLogin = (username: string, password = PASSWORD, browser = site.browse()) =>
  browser.submit('/login', { username, password })

const UNCONFIRMED = expect.stringContaining('not confirmed yet')

describe('where addresses must be confirmed', () => {
  test('registering logs nobody in, and says where to look', async () => {
    const { answer, browser, email } = await applyFor()

    const page = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(page.text)).toEqual([
      expect.stringContaining(`open the link in the mail to ${email}, then log in.`),
    ])
    expect(browser.valueOf('session')).toBeUndefined()
    expect(await isLoggedIn(browser)).toBe(false)
  })

  test('a right and a wrong password are refused with the same words: which it was would tell whether the address was new', async () => {
    const { username, email } = await applyFor()

    const right = await tryLogin(username)
    const byAddress = await tryLogin(email)
    const wrong = await tryLogin(username, 'a guess')

    expect([right.status, byAddress.status, wrong.status]).toEqual([422, 422, 422])
    expect(readErrors(right.text)).toEqual([UNCONFIRMED])
    expect(readErrors(byAddress.text)).toEqual([UNCONFIRMED])
    expect(readErrors(wrong.text)).toEqual([UNCONFIRMED])
  })

  test('another link goes to whoever gives the right password, and to nobody else', async () => {
    const { username, email } = await applyFor()

    await tryLogin(username, 'a guess')
    const before = await findMails(site, email, 'verify-email')
    const browser = site.browse()
    site.clock.advance(seconds(1))
    await tryLogin(username, PASSWORD, browser)
    await confirm(browser, email)

    expect(before).toHaveLength(1)
    expect(await findMails(site, email, 'verify-email')).toHaveLength(2)
    expect((await tryLogin(username, PASSWORD, browser)).status).toBe(303)
  })

  test('confirming logs nobody in either, but lets them', async () => {
    const { username, email, browser } = await applyFor()

    const confirmed = await confirm(browser, email)
    const before = await isLoggedIn(browser)
    const login = await tryLogin(username, PASSWORD, browser)

    expect([confirmed.status, confirmed.headers.location]).toEqual([303, '/login'])
    expect(before).toBe(false)
    expect([login.status, login.headers.location]).toEqual([303, '/dashboard'])
  })

  test('confirming from another browser voids the password of whoever registered', async () => {
    const { username, email } = await applyFor()
    const owner = site.browse()

    const confirmed = await confirm(owner, email)
    const impostor = await tryLogin(username)
    await owner.submit('/reset-password', newPassword)
    const login = await tryLogin(username, NEW_PASSWORD, owner)

    expect(confirmed.headers.location).toBe('/reset-password')
    expect(readErrors(impostor.text)).toEqual([UNCONFIRMED])
    expect(login.headers.location).toBe('/dashboard')
  })

  test('a new password through a link confirms the address too', async () => {
    const { username, email } = await applyFor()
    await site.browse().submit('/forgot-password', { email })

    await followLink(site.browse(), await readLink(site, email, 'reset-password'), newPassword)

    expect((await tryLogin(username, NEW_PASSWORD)).status).toBe(303)
  })
})

describe('an account whose address was not confirmed in time', () => {
  const erase = () => eraseLeavers(site.database, site.clock.now())
  const isThere = async (username: string) =>
    (await site.database.user.count({ where: { username } })) === 1

  test.each<[string, (fields: Awaited<ReturnType<typeof applyFor>>) => Promise<unknown>]>([
    ['confirmed', ({ browser, email }) => confirm(browser, email)],
    [
      'used, where the operator has come to want no confirming',
      async ({ username }) => {
        const open = await openTestApp({}, site)
        await tryLogin(username, PASSWORD, open.browse())
      },
    ],
    [
      'disabled',
      async ({ username }) => {
        const { id } = await findUser(site, { username })
        await disableUser({ database: site.database, clock: site.clock.now }, id)
      },
    ],
  ])('is kept once it was %s', async (_, act) => {
    const applied = await applyFor()
    await act(applied)

    site.clock.advance(days(8))
    await erase()

    expect(await isThere(applied.username)).toBe(true)
  })

  test('is erased after seven days, and both its names are free', async () => {
    const { username, email } = await applyFor()
    site.clock.advance(days(7))
    await erase()

    expect(await isThere(username)).toBe(false)
    expect((await applyFor({ username, email })).answer.status).toBe(303)
    expect(await isThere(username)).toBe(true)
  })

  test('never was anybody for the operator where its address was taken', async () => {
    const { email } = await applyFor()
    const { username } = await applyFor({ email })

    const tools = { database: site.database, clock: site.clock.now }
    const listed = await listUsers(tools)

    expect(listed.map((user) => user.username)).not.toContain(username)
    expect(await findUsers(tools, username)).toEqual([])
  })
})

describe('where registration is closed', () => {
  test.each(['/', '/login'])('%s offers it to nobody', async (path) => {
    const closed = await openTestApp({ REGISTRATION: 'closed' })
    const page = await closed.browse().visit(path)
    await closed.close()

    expect(page.text).not.toContain('/register')
    expect((await site.browse().visit(path)).text).toContain('href="/register"')
  })

  test('the page is not there, for GET, HEAD and POST, with a token and without', async () => {
    const closed = await openTestApp({ REGISTRATION: 'closed' })
    const browser = closed.browse()
    const _csrf = await browser.takeToken('/login')

    const answers = [
      await browser.post('/register', userFields()),
      await browser.visit('/register'),
      await browser.ask('head', '/register'),
      await browser.post('/register', { ...userFields(), _csrf }),
    ]
    const users = await closed.database.user.count()
    await closed.close()

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect(users).toBe(0)
  })
})
