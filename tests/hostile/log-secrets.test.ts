import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { onlyRemembered } from '../support/account.ts'
import type { Browser } from '../support/browser.ts'
import { readForm } from '../support/html.ts'
import {
  askForNewEmail,
  deleteAccount,
  followLink,
  forgetPassword,
  NEW_PASSWORD,
  newPassword,
  tokenIn,
} from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { openServedApp } from '../support/served-app.ts'
import { logIn, PASSWORD, type Person, register } from '../support/users.ts'

const site = await openServedApp({ THROTTLE: 'on' })
afterAll(site.close)

const WRONG = 'a wrong guess that is nearly right'
const PERSONAL = [
  '@example.org',
  'Lovelace',
  'Choose a new password',
  '$bcrypt',
  'token=',
  '_csrf=',
]
const secrets = new Set<string>([PASSWORD, NEW_PASSWORD, WRONG, ...site.settings.secrets])

/** Notes what a browser holds that opens anything: its cookies, signed and unsigned, and its tokens. */
async function noteSecrets(browser: Browser): Promise<void> {
  for (const { value } of browser.cookies.values()) {
    secrets.add(value)
    const [, unsigned = ''] = /^s:(.*)\.[^.]*$/s.exec(decodeURIComponent(value)) ?? []
    for (const part of unsigned.split(/[ .]/)) if (part.length >= 16) secrets.add(part)
  }
  secrets.add(await browser.takeToken('/forgot-password'))
}

const noteLink = (link: string) => {
  secrets.add(link)
  secrets.add(tokenIn(link))
  secrets.add(encodeURIComponent(tokenIn(link)))
  return link
}

/** An evening of a user: everything that they can do, and what can go wrong meanwhile. */
async function liveThroughEverything() {
  const ada = await register(site)
  const { browser, username, email } = ada
  await noteSecrets(browser)
  await followLink(browser, noteLink(await readLink(site, email, 'verify-email')))
  await browser.submit('/logout')
  await logIn(browser, { ...ada, password: WRONG })
  await logIn(browser, ada, { remember: 'on' })
  await noteSecrets(browser)
  browser.restart()
  await browser.visit('/dashboard')
  await noteSecrets(browser)
  await browser.visit('/account/delete')
  await browser.submit('/reauthenticate', { password: WRONG })
  await browser.submit('/reauthenticate', { password: PASSWORD })
  await followLink(browser, noteLink(await askForNewEmail(site, ada, `new.${email}`)))
  await noteSecrets(browser)
  await browser.submit('/account', { name: 'Ada Lovelace', email: `new.${email}` })
  await browser.submit('/account/password', { current: WRONG, ...newPassword })
  await browser.submit('/account/password', { current: PASSWORD, ...newPassword })
  await noteSecrets(browser)
  const { _csrf = '' } = readForm((await browser.visit('/account')).text, '/account/export')
  await browser.post('/account/export', { _csrf })
  await browser.post('/account/devices/revoke-others', { _csrf })
  const moved = { ...ada, email: `new.${email}` }
  await followLink(site.browse(), noteLink(await forgetPassword(site, moved)), newPassword)
  await logIn(browser, { ...ada, password: NEW_PASSWORD })
  await noteSecrets(browser)
  await beRobbed(ada)
  const link = noteLink(await deleteAccount(site, { ...moved, password: NEW_PASSWORD }))
  await followLink(site.browse(), link)
  const visitor = site.browse()
  await visitor.visit('/dashboard')
  for (let time = 0; time < 11; time++) await logIn(visitor, { ...ada, password: WRONG })
  await visitor.post('/login', { username, password: PASSWORD, _csrf: 'a token that is stale' })
  await visitor.visit(`/login?token=${WRONG}&next=%2F${WRONG}`)
  await breakDatabase(browser)
}

/** A thief copies the remember cookie, and uses it when the browser has gone on. */
async function beRobbed(person: Person): Promise<void> {
  const browser = site.browse()
  await logIn(browser, { ...person, password: NEW_PASSWORD }, { remember: 'on' })
  const thief = onlyRemembered(site, browser)
  browser.restart()
  await browser.visit('/dashboard')
  await browser.visit('/dashboard')
  await noteSecrets(browser)
  site.clock.advance(minutes(2))
  await thief.visit('/dashboard')
}

async function breakDatabase(browser: Browser): Promise<void> {
  await site.database.$executeRaw`DROP TABLE "SecurityEvent"`
  await browser.visit('/dashboard')
  const username = 'Eve'
  await site.browse().submit('/register', {
    username,
    email: 'eve@example.org',
    password: PASSWORD,
    confirm: PASSWORD,
  })
}

describe('the log of a whole life', () => {
  test('names what happened, whose it was and in which request, and holds nothing that opens anything', async () => {
    await liveThroughEverything()

    const text = site.logged.map((line) => JSON.stringify(line)).join('\n')
    const events = new Set(site.logged.map(({ event }) => event))
    expect([...secrets].filter((secret) => text.includes(secret))).toEqual([])
    expect(PERSONAL.filter((words) => text.includes(words))).toEqual([])
    expect([...events]).toEqual(
      expect.arrayContaining([
        'authn_login_success',
        'authn_login_fail',
        'authn_password_change',
        'authn_reauthentication_fail',
        'authn_reauthentication_success',
        'authn_token_reuse',
        'authn_token_revoked',
        'authz_fail',
        'authz_fail_not_fresh',
        'excess_rate_limit_exceeded',
        'input_validation_fail',
        'malicious_csrf',
        'sensitive_read',
        'session_logout',
        'session_renewed',
        'sys_crash',
        'user_created',
        'user_deleted',
        'user_updated',
      ]),
    )
    expect(secrets.size).toBeGreaterThan(30)
  })

  test('joins an incident with its request', () => {
    const incidents = site.logged.filter(({ incidentId }) => incidentId)
    const answers = site.logged.filter(({ msg, status }) => msg === 'answered' && status === 500)

    expect(incidents.length).toBeGreaterThan(0)
    expect(incidents.map(({ requestId }) => requestId)).toEqual(
      answers.map(({ requestId }) => requestId),
    )
  })

  test('says of each login, failed or not, in which request, from where, at which page and for whom', () => {
    const logins = site.logged.filter(({ event }) => /^authn_login_/.test(String(event)))

    expect(logins.length).toBeGreaterThan(5)
    for (const line of logins) {
      expect(line).toMatchObject({
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ip: expect.stringContaining('127.0.0.1'),
        path: expect.stringMatching(/^\/./),
      })
      if (line.event === 'authn_login_success') expect(line.userId).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('says of every line when it was, in UTC', () => {
    for (const { time } of site.logged) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })
})
