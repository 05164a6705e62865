import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createLinkUrls } from '../../src/accounts/link-tokens.ts'
import { findUsers, listUsers } from '../../src/accounts/operations.ts'
import { days, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, readFlashes, readForm } from '../support/html.ts'
import { followLink, NEW_PASSWORD, newPassword, openLink } from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { sweep } from '../support/sweep.ts'
import { isLoggedIn, PASSWORD, register, userFields } from '../support/users.ts'

const site = await openTestApp({ REGISTRATION: 'verified' })
afterAll(site.close)

/** Sends the form, and waits for the email. */
async function applyFor(changes: Parameters<typeof userFields>[0] = {}) {
  const fields = userFields(changes)
  const browser = site.browse()
  const answer = await browser.submit('/register', fields)
  return { ...fields, browser, answer }
}

const verify = async (browser: Browser, email: string, fields = {}) =>
  followLink(browser, await readLink(site, email, 'verify-email'), fields)

const tryLogin = (username: string, password = PASSWORD, browser = site.browse()) =>
  browser.submit('/login', { username, password })

const countUsers = (username: string) => site.database.user.count({ where: { username } })

describe('where emails must be verified', () => {
  test('registering logs the user not in, and says where to look', async () => {
    const { answer, browser, email, username } = await applyFor()

    const page = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(page.text)).toEqual([
      expect.stringContaining(`open the link in the email to ${email}, then log in.`),
    ])
    expect(page.text).toContain('href="/resend-verification"')
    expect(browser.valueOf('session')).toBeUndefined()
    expect(await isLoggedIn(browser)).toBe(false)
    expect(await countUsers(username)).toBe(0)
  })

  test('a login before that is refused with the same words whatever the password', async () => {
    const { username, email } = await applyFor()

    const answers = [await tryLogin(username), await tryLogin(email), await tryLogin(username, 'x')]

    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422])
    for (const { text } of answers)
      expect(readErrors(text)).toEqual(['Wrong user name or password.'])
  })

  test('the browser that registered verifies without a password, and can then log in', async () => {
    const { username, email, browser } = await applyFor()

    const verified = await verify(browser, email)
    const before = await isLoggedIn(browser)
    const login = await tryLogin(username, PASSWORD, browser)

    expect([verified.status, verified.headers.location]).toEqual([303, '/login'])
    expect(before).toBe(false)
    expect([login.status, login.headers.location]).toEqual([303, '/dashboard'])
  })

  test('a second press at /verify-email ends where the first did', async () => {
    const { email, browser, username } = await applyFor()
    const page = await openLink(browser, await readLink(site, email, 'verify-email'))
    const form = readForm(page.text, '/verify-email')

    const first = await browser.post('/verify-email', form)
    const second = await browser.post('/verify-email', form)

    for (const answer of [first, second])
      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(await countUsers(username)).toBe(1)
  })

  test('another browser is asked for the password that was chosen at registration', async () => {
    const { username, email } = await applyFor()
    const phone = site.browse()

    const wrong = await verify(phone, email, { password: 'a guess' })
    const before = await countUsers(username)
    const right = await verify(phone, email, { password: PASSWORD })

    expect([wrong.status, before]).toEqual([422, 0])
    expect([right.status, right.headers.location]).toEqual([303, '/login'])
    expect((await tryLogin(username)).status).toBe(303)
  })

  test('a reader of the mailbox who does not know the password chooses another; the first never works', async () => {
    const { username, email } = await applyFor()
    const owner = site.browse()

    const started = await verify(owner, email, { unknown: '1' })
    const impostor = await tryLogin(username)
    await owner.submit('/reset-password', newPassword)
    const login = await tryLogin(username, NEW_PASSWORD, owner)

    expect(started.headers.location).toBe('/reset-password')
    expect(readErrors(impostor.text)).toEqual(['Wrong user name or password.'])
    expect(login.headers.location).toBe('/dashboard')
    expect((await tryLogin(username)).status).toBe(422)
  })

  test('the email is sent again on a page that answers every email alike', async () => {
    const { email, browser } = await applyFor()
    const ask = (email: string) => site.browse().submit('/resend-verification', { email })
    site.clock.advance(seconds(1))

    const answers = [await ask(email), await ask('unknown@example.org')]

    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(await findMails(site, email, 'verify-email')).toHaveLength(2)
    expect(await findMails(site, 'unknown@example.org', 'verify-email')).toEqual([])
    expect((await verify(browser, email)).status).toBe(303)
  })

  test('of two registrations with one email, the first to verify has it', async () => {
    const first = await applyFor()
    const second = await applyFor({ email: first.email })
    const [link = '', other = ''] = await linksTo(first.email)

    const answers = [
      await followLink(site.browse(), link, { password: PASSWORD }),
      await followLink(site.browse(), other, { password: PASSWORD }),
    ]

    expect(answers.map(({ status }) => status)).toEqual([303, 422])
    expect(answers[1]?.text).toContain('That email belongs to another account by now.')
    expect((await countUsers(first.username)) + (await countUsers(second.username))).toBe(1)
  })
})

describe('where a stranger has used up the emails that verify an email', () => {
  const openBesieged = async () => {
    const besieged = await openTestApp({ REGISTRATION: 'verified', THROTTLE: 'on' })
    onTestFinished(besieged.close)
    const { email, ...names } = userFields()
    for (let turn = 0; turn < 5; turn++) {
      const fields = userFields({ email, password: newPassword.password })
      await besieged.browse().submit('/register', { ...fields, ...newPassword })
    }
    await findMails(besieged, email, 'verify-email')
    const user = { email, ...names }
    const browser = besieged.browse()
    await browser.submit('/register', user)
    expect(await findMails(besieged, email, 'verify-email')).toHaveLength(5)
    return { besieged, browser, user, link: await readLink(besieged, email, 'verify-email') }
  }

  test('each of them opens the account of the browser that registered, under its own name', async () => {
    const { besieged, browser, user, link } = await openBesieged()

    const page = await openLink(browser, link)
    const form = readForm(page.text, '/verify-email')
    // Without the answer to the first press.
    const again = besieged.browse().copyCookies(browser)
    const first = await browser.post('/verify-email', form)
    const second = await again.post('/verify-email', form)
    const login = await browser.submit('/login', { username: user.username, password: PASSWORD })

    expect(page.text).toContain(user.username)
    for (const answer of [first, second])
      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(login.headers.location).toBe('/dashboard')
    const users = await besieged.database.user.findMany()
    expect(users.map(({ username }) => username)).toEqual([user.username])
  })

  test('in another browser a new password leads in, and the name that was wanted is free', async () => {
    const { besieged, user, link } = await openBesieged()
    const phone = besieged.browse()

    await followLink(phone, link, { unknown: '1' })
    await phone.submit('/reset-password', newPassword)
    await phone.submit('/login', { username: user.email, password: NEW_PASSWORD })
    const renamed = await phone.submit('/account', { username: user.username })

    expect(renamed.status).toBe(303)
    expect(await besieged.database.user.count({ where: { username: user.username } })).toBe(1)
  })
})

async function linksTo(email: string): Promise<string[]> {
  const mails = await findMails(site, email, 'verify-email')
  const linkUrl = createLinkUrls(site.settings.secrets, '')
  return mails.map(({ linkId = '' }) => linkUrl(linkId, '/verify-email'))
}

describe('a registration whose email was not verified in time', () => {
  test('is over after seven days: its link is dead and its user name free', async () => {
    const { username, email } = await applyFor()
    const link = await readLink(site, email, 'verify-email')

    site.clock.advance(days(7) - seconds(1))
    const early = await applyFor({ username })
    site.clock.advance(seconds(1))
    const dead = await followLink(site.browse(), link, { password: PASSWORD })
    const late = await applyFor({ username })

    expect([early.answer.status, dead.status, late.answer.status]).toEqual([422, 422, 303])
  })

  test('is swept away', async () => {
    const { username } = await applyFor()

    site.clock.advance(days(7))
    await sweep(site.database, site.clock.now())

    expect(await site.database.pendingRegistration.count({ where: { username } })).toBe(0)
  })

  test.each([
    [
      'registers where emails need not be verified',
      async (username: string) => {
        const open = await openTestApp({}, site)
        return (await open.browse().submit('/register', userFields({ username }))).status
      },
    ],
    [
      'renames their account',
      async (username: string) => {
        const open = await openTestApp({}, site)
        const { browser } = await register(open)
        return (await browser.submit('/account', { username })).status
      },
    ],
  ])('reserves its user name until then against a user who %s', async (_, take) => {
    const { username } = await applyFor()

    expect(await take(username)).toBe(422)
    site.clock.advance(days(7))
    expect(await take(username)).toBe(303)
  })

  test('is no user for the operator', async () => {
    const { username } = await applyFor()
    const tools = { database: site.database, clock: site.clock.now }

    for await (const users of listUsers(tools)) {
      expect(users.map((user) => user.username)).not.toContain(username)
    }
    expect(await findUsers(tools, username)).toEqual([])
  })
})

describe('where registration is closed', () => {
  test.each(['/', '/login'])('%s does not offer it', async (path) => {
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
