import { afterAll, describe, expect, test } from 'vitest'
import { FORM } from '../support/browser.ts'
import { openServedApp } from '../support/served-app.ts'
import { readStatus, say } from '../support/wire-words.ts'

const site = await openServedApp()
afterAll(site.close)

const HEAD = `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nConnection: close\r\n`

/** Sends bytes as a form to log in. */
const send = (body: Uint8Array) =>
  say(
    site.port,
    Buffer.concat([Buffer.from(`${HEAD}Content-Length: ${body.length}\r\n\r\n`), body]),
  )

describe('a form', () => {
  test('is refused for the length that it claims, before any of it is there', async () => {
    const answer = await say(site.port, `${HEAD}Content-Length: 1000000000\r\n\r\n`)

    expect(readStatus(answer)).toBe(413)
  })

  test('is refused in chunks that come to more, whatever was claimed', async () => {
    const chunks = `9000\r\n${'x'.repeat(0x9000)}\r\n0\r\n\r\n`

    const answer = await say(site.port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}`)

    expect(readStatus(answer)).toBe(413)
  })

  test('is refused in bytes that are no UTF-8, as two passwords would be read as one', async () => {
    const answer = await send(Buffer.from([...Buffer.from('password='), 0xff]))

    expect(readStatus(answer)).toBe(400)
  })

  test.each(['cross-site', 'same-site'])(
    'is refused where a browser says it is %s, before any of it is there',
    async (from) => {
      const headers = `Sec-Fetch-Site: ${from}\r\nContent-Length: 1000\r\n\r\n`

      const answer = await say(site.port, HEAD + headers)

      expect(readStatus(answer)).toBe(403)
    },
  )

  test('is refused from another origin, before any of it is there', async () => {
    const headers = 'Origin: https://evil.example\r\nContent-Length: 1000\r\n\r\n'

    const answer = await say(site.port, HEAD + headers)

    expect(readStatus(answer)).toBe(403)
  })
})
