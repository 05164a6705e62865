import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { answerClientErrors } from '../../src/http/client-errors.ts'

const plain = await openServer(false)
const secure = await openServer(true)
afterAll(() => [plain, secure].map(({ server }) => server.close()))

async function openServer(isSecure: boolean) {
  const server = createServer({ maxHeaderSize: 16 * 1024 }, (_req, res) => res.end('ok'))
  answerClientErrors(server, isSecure)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Says something that may be no HTTP, and gives all of the answer. */
async function say({ port }: { port: number }, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(words)
  return text(socket)
}

const HEADERS = [
  /^Content-Security-Policy: default-src 'none'; /m,
  /^X-Content-Type-Options: nosniff\r$/m,
  /^X-Frame-Options: DENY\r$/m,
  /^Referrer-Policy: same-origin\r$/m,
  /^Cache-Control: no-store\r$/m,
  /^Connection: close\r$/m,
]

describe('what is no request that Express could answer', () => {
  test.each([
    ['no HTTP at all', 'hello?\r\n\r\n', '400 Bad Request'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'a length that is none',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'headers of 17 KiB',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17 * 1024)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('is answered with the headers of every other answer: %s', async (_, words, status) => {
    const answer = await say(plain, words)

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`))
    expect(answer).toMatch(new RegExp(`\r\n\r\n${status}$`))
    for (const header of HEADERS) expect(answer).toMatch(header)
  })

  test('demands TLS from then on where APP_URL is https, and only there', async () => {
    expect(await say(secure, 'hello?\r\n\r\n')).toMatch(
      /^Strict-Transport-Security: max-age=63072000/m,
    )
    expect(await say(plain, 'hello?\r\n\r\n')).not.toContain('Strict-Transport-Security')
  })

  test('does not disturb those who speak HTTP', async () => {
    const answer = await say(plain, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})
