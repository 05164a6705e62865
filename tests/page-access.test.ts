import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../src/durations.ts'
import type { Audience } from '../src/http/page.ts'
import { openTestApp } from './support/app.ts'
import { forgetPassword } from './support/journeys.ts'
import { listSitePages, UNKNOWN_ID } from './support/pages.ts'
import { register } from './support/users.ts'

// Each page says in its own file whom it is for. Here every page is visited by three visitors.

const site = await openTestApp()
afterAll(site.close)

const stale = await register(site)
site.clock.advance(minutes(11))
const fresh = await register(site)
await fresh.browser.visit(await forgetPassword(site, fresh))
const visitors = {
  'logged out': site.browse(),
  'logged in': stale.browser,
  'logged in and fresh': fresh.browser,
}

const WELCOME: Record<Audience, (keyof typeof visitors)[]> = {
  all: ['logged out', 'logged in', 'logged in and fresh'],
  'logged-out': ['logged out'],
  'logged-in': ['logged in', 'logged in and fresh'],
  fresh: ['logged in and fresh'],
}

// Logging out comes last: it ends the visits that the other pages need.
const pages = listSitePages(site).sort(
  (one, other) => Number(one.path === '/logout') - Number(other.path === '/logout'),
)
const opened = pages.flatMap(({ get, ...page }) => (get ? [page] : []))
const posted = pages.flatMap(({ post, ...page }) => (post ? [page] : []))

// A client of JSON gets one status where a browser would be sent to another page.
const JSON_ONLY = { Accept: 'application/json' }

function isTurnedAway({ status, headers }: Response, audience: Audience): boolean {
  return status === 401 || (audience === 'logged-out' && headers.location === '/dashboard')
}

// As the contract says: a page that is opened to more visitors by mistake would pass everything below.
const FOR_USERS: Record<'logged-in' | 'fresh', string[]> = {
  'logged-in': [
    '/account',
    '/account/keep-email',
    '/account/password',
    '/account/verify-email',
    '/reauthenticate',
  ],
  fresh: [
    '/account/delete',
    '/account/devices/:id/revoke',
    '/account/devices/revoke-others',
    '/account/export',
  ],
}

describe('the forms for users', () => {
  test.each(['logged-in', 'fresh'] as const)('that are %s include these', (audience) => {
    const forms = posted.filter((page) => page.for === audience)
    const paths = forms.map(({ path }) => path.replace(UNKNOWN_ID, ':id'))

    expect(paths).toEqual(expect.arrayContaining(FOR_USERS[audience]))
  })
})

describe.each(opened)('GET $path, for $for', ({ path, for: audience }) => {
  test.each(Object.entries(visitors))('answers a visitor who is %s', async (who, browser) => {
    const answer = await browser.visit(path, JSON_ONLY)

    expect(answer.status).not.toBe(405)
    expect(isTurnedAway(answer, audience)).toBe(!WELCOME[audience].some((each) => each === who))
  })
})

describe('every page for users who are logged in', () => {
  test('offers to log out', async () => {
    const forUsers = opened.filter((page) => page.for === 'logged-in' || page.for === 'fresh')
    const answers = await Promise.all(forUsers.map(({ path }) => fresh.browser.visit(path)))
    const shown = answers.filter(({ status, type }) => status === 200 && type === 'text/html')

    expect(shown.length).toBeGreaterThan(3)
    for (const { text } of shown) expect(text).toContain('<form method="post" action="/logout">')
  })
})

describe.each(opened)('the page $path', ({ path, for: audience }) => {
  test('hides every password that is typed', async () => {
    const visitor = audience === 'logged-out' ? site.browse() : fresh.browser
    const { text } = await visitor.visit(path)

    const fields = text.match(/<input [^>]*name="(password|current|confirm)"[^>]*>/g) ?? []
    expect(fields.filter((field) => !field.includes('type="password"'))).toEqual([])
  })
})

describe.each(posted)('POST $path, for $for', ({ path, for: audience }) => {
  test('is refused without a token', async () => {
    const visitor = audience === 'logged-out' ? site.browse() : fresh.browser
    expect((await visitor.post(path)).status).toBe(403)
  })

  test.each(Object.entries(visitors))('answers a visitor who is %s', async (who, browser) => {
    const _csrf = await browser.takeToken('/logout')

    const answer = await browser.post(path, { _csrf }, JSON_ONLY)

    expect([403, 405]).not.toContain(answer.status)
    expect(isTurnedAway(answer, audience)).toBe(!WELCOME[audience].some((each) => each === who))
  })
})
