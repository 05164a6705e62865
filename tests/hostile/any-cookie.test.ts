import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { secretsFor, signValue } from '../../src/cookies.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, registerAndRemember } from '../support/users.ts'

const site = await openServedApp()
afterAll(site.close)

const HEADERS = listSecurityHeaders('off')
const ada = await registerAndRemember(site)
const jar = [...ada.browser.cookies].map(([name, { value }]) => `${name}=${value}`)

const NAMES = ['session', 'remember', 'csrf', 'device', 'flash', 'link']

// The letters that may stand in a header at all; Node lets no others out of a client, and none in.
const letters = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }))
  .map((code) => String.fromCharCode(code))
const texts = fc.string({ unit: letters, maxLength: 60 })

const mutated = fc
  .tuple(fc.constantFrom(...jar), fc.nat(140), fc.nat(3), texts)
  .map(([cookie, at, gone, noise]) => {
    const start = cookie.indexOf('=') + 1 + at
    return cookie.slice(0, start) + noise.slice(0, 3) + cookie.slice(start + gone)
  })
const named = fc
  .tuple(
    fc.constantFrom(...NAMES, '__proto__', 'constructor', 'toString', '__Host-session', ''),
    texts,
  )
  .map(([name, value]) => `${name}=${value}`)
const odd = fc.constantFrom(
  'session=%E0%A4%A',
  'session=j:{"a":1}',
  'session=s:',
  'session=s:.',
  'remember=s:..',
  'session="',
  '=',
  ';;;',
  '=x',
  'flash=s:%00',
  `session=${'x'.repeat(8000)}`,
  Array.from({ length: 500 }, (_, at) => `c${at}=x`).join('; '),
)
const headers = fc
  .array(fc.oneof(texts, mutated, named, odd), { maxLength: 5 })
  .map((cookies) => cookies.join('; ').slice(0, 12_000))

/** Asks with a Cookie header as it is. */
async function ask(path: string, cookie: string, body?: string) {
  const browser = site.browse()
  return body === undefined
    ? browser.visit(path, { Cookie: cookie })
    : browser.post(path, body, { Cookie: cookie })
}

describe('any cookies', () => {
  test('are answered in kind, and log no one in', async () => {
    const paths = fc.constantFrom('/dashboard', '/account/devices', '/reauthenticate')

    await fc.assert(
      fc.asyncProperty(paths, headers, async (path, cookie) => {
        fc.pre(!jar.some((whole) => /^(session|remember)=/.test(whole) && cookie.includes(whole)))
        const answer = await ask(path, cookie)

        expect(answer.status).toBe(302)
        expect(answer.headers.location).toBe(`/login?next=${encodeURIComponent(path)}`)
        expect(answer.headers).toMatchObject(HEADERS)
      }),
      { numRuns: 80 },
    )
    expect(await isLoggedIn(ada.browser)).toBe(true)
  })

  test('do not make up for a token', async () => {
    await fc.assert(
      fc.asyncProperty(headers, async (cookie) => {
        const answer = await ask('/forgot-password', cookie, '_csrf=x&email=ada@example.org')

        expect(answer.status).toBe(403)
      }),
      { numRuns: 30 },
    )
    expect(await site.database.outboxMessage.count({ where: { template: 'reset-password' } })).toBe(
      0,
    )
  })

  test('do not show a page that holds anything of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...NAMES), texts, async (name, text) => {
        const { status, text: page } = await ask('/login', `${name}=<b>${text}`)

        expect(status).toBe(200)
        expect(page).not.toContain('<b>')
      }),
      { numRuns: 20 },
    )
  })
})

const ODD_VALUES = ['\0.\0', 'a.\0', '/reset-password \0.\0', '[]', '{}', 'null', '[{"message":1}]']

describe('a cookie that we have signed', () => {
  test('opens nothing, and is no bug of ours, under the name of another', async () => {
    const { browser } = await registerAndRemember(site)
    // Whatever is in the URL of a link is put into a cookie.
    await browser.visit('/reset-password?token=%00.%00')
    const values = [...browser.cookies].map(([name, { value }]) => ({ name, value }))

    const answers = values.flatMap(({ name, value }) =>
      NAMES.filter((other) => other !== name).map((other) => ask('/account', `${other}=${value}`)),
    )

    for (const { status } of await Promise.all(answers)) expect(status).toBe(302)
    expect(await isLoggedIn(browser)).toBe(true)
  })

  // As an older release may have, whose cookies held something else.
  test.each(NAMES)('is no bug of ours whatever is in it: %s', async (name) => {
    const values = fc.string({ unit: 'grapheme', maxLength: 40 })
    const paths = fc.constantFrom('/', '/login', '/reset-password')

    await fc.assert(
      fc.asyncProperty(values, paths, async (value, path) => {
        const secrets = secretsFor(name, site.settings.secrets)
        const cookie = encodeURIComponent(signValue(value, secrets))
        expect((await ask(path, `${name}=${cookie}`)).status).toBe(200)
      }),
      { numRuns: 15, examples: ODD_VALUES.map((value) => [value, '/'] as [string, string]) },
    )
  })
})
