import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { register, userFields } from '../support/users.ts'

const site = await openTestApp()
const openSecure = (HSTS: string) => openTestApp({ APP_URL: 'https://accounts.example.com', HSTS })
const secure = await openSecure('subdomains')
const alone = await openSecure('host')
const silent = await openSecure('off')
const broken = await openTestApp()
const throttled = await openTestApp({ THROTTLE: 'on' })
const ada = await register(site)
await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`
afterAll(() =>
  Promise.all([site, secure, alone, silent, broken, throttled].map(({ close }) => close())),
)

const HEADERS = {
  'content-security-policy':
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const anybody = (): Browser => site.browse()

const answers: [number, string, () => Promise<Response>][] = [
  [200, 'a page', () => anybody().visit('/login')],
  [200, 'the dashboard', () => ada.browser.visit('/dashboard')],
  [200, 'HEAD', () => anybody().ask('head', '/login')],
  [302, 'a protected page', () => anybody().visit('/dashboard')],
  [303, 'a form that succeeds', () => anybody().submit('/register', userFields())],
  [400, 'a field given twice', () => anybody().post('/login', 'username=a&username=b')],
  [401, 'JSON', () => anybody().visit('/dashboard', { Accept: 'application/json' })],
  [403, 'a forged form', () => ada.browser.post('/account/devices/revoke-others')],
  [403, 'a stale form', () => anybody().post('/login')],
  [404, 'an unknown URL', () => anybody().visit('/nowhere')],
  [405, 'another method', () => anybody().ask('put', '/login')],
  [413, 'a body too large', () => anybody().post('/login', 'x'.repeat(33 * 1024))],
  [415, 'another type', () => anybody().post('/login', '{}', { 'Content-Type': 'text/json' })],
  [422, 'a wrong field', () => anybody().submit('/login', {})],
  [429, 'too many attempts', tryTooOften],
  [500, 'a bug', () => broken.browse().submit('/register', userFields())],
]

async function tryTooOften(): Promise<Response> {
  const browser = throttled.browse()
  for (let time = 0; time < 10; time++)
    await browser.submit('/login', { username: 'a', password: 'b' })
  return browser.submit('/login', { username: 'a', password: 'b' })
}

describe('every answer', () => {
  test.each(answers)('carries the same headers: %i, %s', async (status, _, ask) => {
    const answer = await ask()

    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ ...HEADERS, 'cache-control': 'no-store' })
    expect(answer.headers).not.toHaveProperty('x-powered-by')
    expect(answer.headers).not.toHaveProperty('etag')
  })

  test('of a file carries them too, and may be kept to be asked about again', async () => {
    const file = await anybody().visit('/app.css')
    const again = await anybody().visit('/app.css', {
      'If-Modified-Since': String(file.headers['last-modified']),
    })

    expect(file.headers).toMatchObject({ ...HEADERS, 'cache-control': 'public, no-cache' })
    expect(again.status).toBe(304)
    expect(again.headers).toMatchObject({
      'content-security-policy': HEADERS['content-security-policy'],
      'x-frame-options': 'DENY',
    })
  })

  test.each([
    ['HSTS=subdomains', secure, 'max-age=31536000; includeSubDomains'],
    ['HSTS=host', alone, 'max-age=31536000'],
    ['HSTS=off', silent, undefined],
    ['an http APP_URL', site, undefined],
  ])('demands https for a year as the operator says: %s', async (_, { browse }, demand) => {
    const paths = ['/login', '/dashboard', '/nowhere', '/app.css']

    const answers = await Promise.all(paths.map((path) => browse().visit(path)))

    const demands = answers.map(({ headers }) => headers['strict-transport-security'])
    expect(new Set(demands)).toEqual(new Set([demand]))
  })
})

describe('every page', () => {
  test('holds nothing that the policy would refuse: no script, style or handler in the text', async () => {
    const pages = ['/', '/login', '/register', '/logout', '/nowhere']
    const texts = await Promise.all(pages.map(async (path) => (await anybody().visit(path)).text))

    for (const text of texts) {
      expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/i)
    }
  })
})
