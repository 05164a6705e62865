import { connect } from 'node:net'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { seconds } from '../../src/durations.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { openServedApp } from '../support/served-app.ts'
import { readHeaders, readStatus, say } from '../support/wire-words.ts'

const site = await openServedApp({}, { lingerTimeout: 50 })
const secure = await openServedApp({ APP_URL: 'https://accounts.example.com' })
afterAll(() => Promise.all([site.close(), secure.close()]))

const HEADERS = listSecurityHeaders('off')
const FORM = 'Host: a\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n'

describe('a request that never reaches Express', () => {
  test.each([
    ['no HTTP at all', 'hello?\r\n\r\n', 400],
    ['the first bytes of TLS', new Uint8Array([22, 3, 1, 0, 165, 1, 0, 0, 161, 3, 3, 0]), 400],
    ['HTTP of the future', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n', 400],
    ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an unknown method', 'BREW /login HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a space in the path', 'GET /log in HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a letter in the path that is no ASCII', 'GET /lögin HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 400],
    ['a header with a NUL', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
    ['a header over two lines', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${FORM}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      400,
    ],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\n${FORM}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a negative length', `POST / HTTP/1.1\r\n${FORM}Content-Length: -1\r\n\r\n`, 400],
    [
      'a chunk of no length',
      `POST /login HTTP/1.1\r\n${FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n`,
      400,
    ],
    [
      'a good chunk before that',
      `POST /login HTTP/1.1\r\n${FORM}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\nzz\r\n`,
      400,
    ],
    [
      'an unknown transfer encoding',
      `POST /login HTTP/1.1\r\n${FORM}Transfer-Encoding: gzip\r\n\r\n`,
      400,
    ],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n', 405],
    ['headers of 17 KiB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`, 431],
    ['a URL of 17 KiB', `GET /${'x'.repeat(17 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
  ])('is answered with the headers of every other answer: %s', async (_, words, status) => {
    site.logged.length = 0

    const answer = await say(site.port, words)

    expect(readStatus(answer)).toBe(status)
    expect(readHeaders(answer)).toMatchObject({ ...HEADERS, connection: 'close' })
    expect(answer).toMatch(new RegExp(`\r\n\r\n${status} [A-Z][A-Za-z ]+$`))
    await vi.waitFor(() => expect(site.logged).toContainEqual(expect.objectContaining({ status })))
  })

  test('demands TLS from then on where APP_URL is https, and only there', async () => {
    const over = await say(secure.port, 'hello?\r\n\r\n')

    expect(readHeaders(over)).toMatchObject(listSecurityHeaders('subdomains'))
    expect(over).toMatch(/^strict-transport-security: max-age=31536000; includeSubDomains/m)
    expect(HEADERS).not.toHaveProperty('strict-transport-security')
  })

  test('is never answered in the place of the request before it', async () => {
    const slow = 'GET /dashboard HTTP/1.1\r\nHost: a\r\n\r\n'

    const answer = await say(site.port, `${slow}hello?\r\n\r\n`)

    expect(answer).not.toContain('400')
  })

  test('does not hold the connection, although the other end stays open', async () => {
    const socket = connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {}).resume()
    socket.write('hello?\r\n\r\n')
    await new Promise((ended) => socket.once('end', ended))

    await vi.waitFor(async () => expect(await countConnections()).toBe(0), seconds(1))
    socket.destroy()
  })
})

function countConnections(): Promise<number> {
  return new Promise((resolve) => site.server.getConnections((_, count) => resolve(count)))
}
