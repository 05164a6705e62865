import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { type Browser, FORM } from '../support/browser.ts'
import { listSitePages } from '../support/pages.ts'
import { openServedApp } from '../support/served-app.ts'
import { userFields } from '../support/users.ts'

const site = await openServedApp()
const secure = await openServedApp({ APP_URL: 'https://accounts.example.com' })
afterAll(() => Promise.all([site.close(), secure.close()]))

const pages = listSitePages(site)

type Visitor = { browser: Browser; isSecure: boolean }
type Asking = { browser: Browser; token: string }

/** The ways in which one page is asked: in each, a different part of the program has the last word. */
const asks: Record<string, (asking: Asking, path: string) => Promise<Response>> = {
  GET: ({ browser }, path) => browser.visit(path),
  'GET for JSON': ({ browser }, path) => browser.visit(path, { Accept: 'application/json' }),
  'GET with a slash and in capitals': ({ browser }, path) =>
    browser.visit(`${path.toUpperCase()}/`),
  'GET with an odd query': ({ browser }, path) =>
    browser.visit(`${path}?next[]=a&token=%00&a=%E0%A4`),
  'GET for a part': ({ browser }, path) => browser.visit(path, { Range: 'bytes=9999999-' }),
  'GET if changed': ({ browser }, path) =>
    browser.visit(path, { 'If-None-Match': '*', 'If-Modified-Since': new Date().toUTCString() }),
  'GET if the same': ({ browser }, path) => browser.visit(path, { 'If-Match': '"x"' }),
  HEAD: ({ browser }, path) => browser.ask('head', path),
  PUT: ({ browser }, path) => browser.ask('put', path),
  DELETE: ({ browser }, path) => browser.ask('delete', path),
  OPTIONS: ({ browser }, path) => browser.ask('options', path),
  'POST of nothing': ({ browser }, path) => browser.ask('post', path),
  'POST without a token': ({ browser }, path) => browser.post(path, 'a=b'),
  'POST from another site': ({ browser, token }, path) =>
    browser.post(path, { _csrf: token }, { 'Sec-Fetch-Site': 'cross-site' }),
  'POST of JSON': ({ browser }, path) => browser.post(path, '{}', { 'Content-Type': 'text/json' }),
  'POST in Latin-1': ({ browser }, path) =>
    browser.post(path, 'a=b', { 'Content-Type': `${FORM}; charset=latin1` }),
  'POST in gzip': ({ browser }, path) => browser.post(path, 'a=b', { 'Content-Encoding': 'gzip' }),
  'POST of a field twice': ({ browser, token }, path) =>
    browser.post(path, `_csrf=${token}&a=1&a=2`),
  'POST of half a letter': ({ browser, token }, path) => browser.post(path, `_csrf=${token}&a=%E0`),
  'POST of too much': ({ browser }, path) => browser.post(path, 'x'.repeat(33 * 1024)),
  'POST of a form without its fields': ({ browser, token }, path) =>
    browser.post(path, { _csrf: token }),
}

const ODD = [
  '/nowhere',
  '/app.css',
  '/app.css/',
  '/account/devices/%00/revoke',
  '/%E0%A4%A',
  '/%00',
]

/** Says what an answer lacks that it should have, or has that it should not. */
function findFaults({ status, headers }: Response, isSecure: boolean, isFile: boolean): string[] {
  const expected: Record<string, string> = listSecurityHeaders(isSecure ? 'subdomains' : 'off')
  if (isFile) delete expected['cache-control']
  const missing = Object.keys(expected).filter((name) => headers[name] !== expected[name])
  const unwanted = ['x-powered-by', ...(isFile ? [] : ['etag', 'last-modified'])]
  return [
    ...missing.map((name) => `${name}: ${headers[name]}`),
    ...unwanted.filter((name) => name in headers),
    ...(status >= 500 ? [`status ${status}`] : []),
  ]
}

/** Asks every page in every way; gives the statuses that were met, and what was wrong with which answer. */
async function askEverything({ browser, isSecure }: Visitor) {
  const statuses = new Set<number>()
  const faults: string[] = []
  const paths = [...pages.map(({ path }) => path), ...ODD].filter((path) => !ENDING.includes(path))
  for (const path of [...paths, ...ENDING]) {
    const token = await browser.takeToken('/forgot-password')
    for (const [name, ask] of Object.entries(asks)) {
      const answer = await ask({ browser, token }, path)
      const isFile = path === '/app.css' && [200, 304].includes(answer.status)
      statuses.add(answer.status)
      for (const fault of findFaults(answer, isSecure, isFile)) {
        faults.push(`${name} ${path}, ${answer.status}: ${fault}`)
      }
    }
  }
  return { statuses: [...statuses].sort(), faults }
}

// Last: afterwards the visitor is logged out.
const ENDING = ['/logout']

describe('every answer of every page', () => {
  test('carries the headers of every other, for a logged-out visitor', async () => {
    const { statuses, faults } = await askEverything({ browser: site.browse(), isSecure: false })

    expect(faults).toEqual([])
    expect(statuses).toEqual([200, 302, 303, 304, 400, 401, 403, 404, 405, 412, 413, 415, 416, 422])
  })

  test('carries them for a user who is logged in, and over https the demand for it', async () => {
    const browser = secure.browse()
    await browser.submit('/register', userFields())

    const { statuses, faults } = await askEverything({ browser, isSecure: true })

    expect(faults).toEqual([])
    expect(statuses).toEqual([200, 302, 303, 304, 400, 403, 404, 405, 412, 413, 415, 416, 422])
  })

  test('is of every page that there is', () => {
    const paths = pages.map(({ path }) => path)

    expect(paths.length).toBeGreaterThan(20)
    expect(paths).toEqual(expect.arrayContaining(['/', '/login', '/account/export', '/readyz']))
  })
})
