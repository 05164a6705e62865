import type { Response } from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { withoutToken } from '../support/html.ts'
import { PASSWORD } from '../support/users.ts'
import { parseSetCookie, setCookies } from './support/browser.ts'

// express-session starts with the first touch of req.session. Here it starts for every request of a live
// session on one site, as it would be without that, and the other answers the same.

const VARIABLES = {
  TRUST_PROXY: '1',
  SESSION_SECRET: `${'the newer one '.repeat(3)},${'old '.repeat(9)}`,
}
const onDemand = await openTestApp(VARIABLES)
const always = await openTestApp(VARIABLES)
always.services.sessionStore.keepVisit = () => false
afterAll(() => Promise.all([onDemand.close(), always.close()]))

type Step = (browser: Browser, site: TestApp) => Promise<Response>

const get =
  (path: string, headers = {}): Step =>
  (browser) =>
    browser.visit(path, headers)
const submit =
  (path: string, fields = {}, action?: string): Step =>
  (browser) =>
    browser.submit(path, fields, action)

const ADA = { username: 'ada', email: 'ada@example.org', password: PASSWORD, confirm: PASSWORD }

const STEPS: Record<string, Step> = {
  'a page for strangers': get('/login'),
  'a page for users': get('/dashboard'),
  'a page that does not exist': get('/nowhere'),
  'a form without its token': (browser) => browser.post('/login', { username: 'ada' }),
  registering: submit('/register', ADA),
  'a page that only reads': get('/dashboard'),
  'a list of devices': get('/account/devices'),
  'a page for strangers to a user': get('/login'),
  HEAD: (browser) => browser.ask('head', '/dashboard'),
  'JSON of a page that needs a recent password': async (browser, site) => {
    site.clock.advance(minutes(15))
    return browser.visit('/account/delete', { Accept: 'application/json' })
  },
  'a changed profile': submit('/account', { ...ADA, name: 'Ada' }),
  'a stale token': (browser) => browser.post('/account', { _csrf: 'stale', name: 'Eve' }),
  'another browser and network': get('/dashboard', {
    'User-Agent': 'curl',
    'X-Forwarded-For': '192.0.2.1',
  }),
  'a page that needs a recent password': get('/account/delete'),
  'a wrong password': submit('/reauthenticate', { password: 'wrong' }),
  'the right password': submit('/reauthenticate', { password: PASSWORD }),
  'a page that had one': get('/account/delete'),
  'a visit that is due to be written': async (browser, site) => {
    site.clock.advance(minutes(5))
    return browser.visit('/account')
  },
  'logging out': submit('/logout'),
  'logging in, to be remembered': submit('/login', { ...ADA, remember: 'on' }),
  'coming back after the browser was closed': async (browser) => {
    browser.restart()
    return browser.visit('/dashboard')
  },
  'the visit after that': get('/dashboard'),
  'a session that was ended': async (browser, site) => {
    await site.database.rememberSeries.deleteMany()
    await site.database.session.deleteMany()
    return browser.visit('/dashboard')
  },
  'the page where that leads': get('/login'),
}

/** All that a browser sees, but for tokens, ids and dates. */
function describeAnswer(answer: Response) {
  const { date: _, 'set-cookie': __, ...headers } = answer.headers
  const cookies = setCookies(answer).map((line) => {
    const { name, attributes } = parseSetCookie(line, new Date())
    return { name, attributes: { ...attributes, expires: attributes.expires !== undefined } }
  })
  const text = withoutToken(answer.text ?? '').replaceAll(
    /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g,
    'id',
  )
  return { status: answer.status, headers, cookies, text }
}

test('a session that is taken over on demand answers as one that always is', async () => {
  const [lazy, eager] = [onDemand.browse(), always.browse()]
  const statuses = new Set<number>()

  for (const [what, step] of Object.entries(STEPS)) {
    const answer = describeAnswer(await step(lazy, onDemand))
    statuses.add(answer.status)
    expect.soft(answer, what).toEqual(describeAnswer(await step(eager, always)))
  }
  expect([...statuses].sort()).toEqual([200, 302, 303, 401, 403, 404, 422])
})
