import { afterAll, describe, expect, test } from 'vitest'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { openServedApp } from '../support/served-app.ts'
import { readHeaders, readStatus, say } from '../support/wire-words.ts'

const site = await openServedApp()
afterAll(site.close)

const END = 'Connection: close\r\n\r\n'

describe('a request that no browser sends', () => {
  test.each([
    ['no host', `GET /login HTTP/1.1\r\n${END}`, 400],
    ['two hosts', `GET /login HTTP/1.1\r\nHost: a\r\nHost: b\r\n${END}`, 400],
    ['two hosts in HTTP/1.0', `GET /login HTTP/1.0\r\nHost: a\r\nHost: b\r\n${END}`, 400],
    ['no host, as HTTP/1.0 may', `GET /login HTTP/1.0\r\n${END}`, 200],
    ['an unknown expectation', `GET /login HTTP/1.1\r\nHost: a\r\nExpect: x\r\n${END}`, 417],
    [
      'an upgrade that is not on offer',
      `GET /login HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n${END}`,
      200,
    ],
    ['no path', `GET * HTTP/1.1\r\nHost: a\r\n${END}`, 400],
    ['no path, as OPTIONS may', `OPTIONS * HTTP/1.1\r\nHost: a\r\n${END}`, 400],
    ['TRACE', `TRACE /login HTTP/1.1\r\nHost: a\r\n${END}`, 405],
    ['OPTIONS', `OPTIONS /login HTTP/1.1\r\nHost: a\r\n${END}`, 405],
    ['a method of WebDAV', `PROPFIND /login HTTP/1.1\r\nHost: a\r\n${END}`, 405],
    ['the URL of another site', `GET http://evil.example/login HTTP/1.1\r\nHost: a\r\n${END}`, 200],
    ['one without a path', `GET http://evil.example HTTP/1.1\r\nHost: a\r\n${END}`, 200],
    ['one with a query only', `GET http://evil.example?a HTTP/1.1\r\nHost: a\r\n${END}`, 200],
    ['one that cannot be read', `GET http://[::1/login HTTP/1.1\r\nHost: a\r\n${END}`, 200],
    ['two slashes', `GET //login HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['what looks like another site', `GET //evil.example/login HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['a slash in disguise', `GET /login%2f HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['a way up', `GET /%2e%2e/%2e%2e/package.json HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['a way up in disguise', `GET /..%2f..%2fpackage.json HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['a NUL', `GET /app.css%00 HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['half of a letter', `GET /%E0%A4%A HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    ['a URL of 15 KiB', `GET /${'a/'.repeat(7500)} HTTP/1.1\r\nHost: a\r\n${END}`, 404],
    [
      'nine hundred headers',
      `GET /login HTTP/1.1\r\nHost: a\r\n${'a:b\r\n'.repeat(900)}${END}`,
      200,
    ],
  ])('is answered in kind, with every header: %s', async (_, words, status) => {
    const answer = await say(site.port, words)

    expect(readStatus(answer)).toBe(status)
    expect(readHeaders(answer)).toMatchObject(listSecurityHeaders('off'))
  })

  test('leads no further than to our own pages, whatever host it names', async () => {
    const words = `GET http://evil.example/dashboard?a=b HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n${END}`

    const answer = await say(site.port, words)

    expect(readHeaders(answer).location).toBe('/login?next=%2Fdashboard%3Fa%3Db')
    expect(answer).not.toContain('evil.example')
  })
})
