import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { LIMITS } from '../../src/http/http-server.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { openServedApp } from '../support/served-app.ts'
import { readHeaders, readStatus, say } from '../support/wire-words.ts'

// Far shorter than the real ones, and far enough apart that each can only be met by itself.
const hasty = await openServedApp(
  {},
  {
    headersTimeout: 100,
    requestTimeout: 100,
    keepAliveTimeout: 100,
    idleTimeout: minutes(1),
    connectionsCheckingInterval: 20,
    lingerTimeout: 20,
  },
)
const idle = await openServedApp({}, { idleTimeout: 100, keepAliveTimeout: minutes(1) })
const small = await openServedApp({}, { maxConnections: 3 })
afterAll(() => Promise.all([hasty, idle, small].map(({ close }) => close())))

const FORM = 'Host: a\r\nContent-Type: application/x-www-form-urlencoded\r\n'

/** Writes words, then one more letter every few milliseconds until the server hangs up. */
async function dribble(port: number, words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).write(words)
  const timer = setInterval(() => socket.write('x'), 5)
  return text(socket).finally(() => clearInterval(timer))
}

describe('a client that takes its time', () => {
  test.each([
    ['headers', 'GET /login HTTP/1.1\r\nX-Slow: '],
    ['a body', `POST /login HTTP/1.1\r\n${FORM}Content-Length: 30000\r\n\r\nusername=`],
    ['chunks', `POST /login HTTP/1.1\r\n${FORM}Transfer-Encoding: chunked\r\n\r\n7000\r\n`],
  ])('over %s is told so, with every header, and cut off', async (_, words) => {
    const answer = await dribble(hasty.port, words)

    expect(readStatus(answer)).toBe(408)
    expect(readHeaders(answer)).toMatchObject(listSecurityHeaders('off'))
  })

  test('before the first word is cut off', async () => {
    const answer = await text(connect(hasty.port, '127.0.0.1'))

    expect(readStatus(answer)).toBe(408)
  })

  test('before the next request is cut off', async () => {
    const answer = await say(hasty.port, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')

    expect(readStatus(answer)).toBe(200)
  })

  test('before the next request keeps the connection for longer than headers may take', async () => {
    const patient = await openServedApp(
      {},
      { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 },
    )
    onTestFinished(patient.close)
    const socket = connect(patient.port, '127.0.0.1')
    const answered = once(socket, 'data')
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
    await answered

    await setTimeout(300)

    expect(readStatus(await ask(socket))).toBe(200)
  })

  test('with anything at all is cut off in the end', async () => {
    const socket = connect(idle.port, '127.0.0.1')

    expect(await text(socket)).toBe('')
  })
})

describe('as many connections as there may be', () => {
  test('are kept; one more is turned away, until one of them is closed', async () => {
    const sockets = [1, 2, 3].map(() => connect(small.port, '127.0.0.1'))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    await vi.waitFor(async () => expect(await countConnections()).toBe(3))

    const refused = await ask(connect(small.port, '127.0.0.1'))
    const kept = await ask(sockets[0])
    sockets[1]?.destroy()
    await vi.waitFor(async () => expect(await countConnections()).toBeLessThan(3))
    const admitted = await ask(connect(small.port, '127.0.0.1'))
    for (const socket of sockets) socket.destroy()

    expect(refused).toBe('')
    expect([readStatus(kept), readStatus(admitted)]).toEqual([200, 200])
  })
})

describe('the limits as they are set', () => {
  test('are in an order that lets each do its work', () => {
    const { headersTimeout, requestTimeout, idleTimeout } = LIMITS

    expect(LIMITS.maxHeaderSize).toBeLessThanOrEqual(16 * 1024)
    expect(LIMITS.maxConnections).toBeGreaterThan(0)
    expect(headersTimeout).toBeLessThan(requestTimeout)
    expect(requestTimeout).toBeLessThan(idleTimeout)
    expect(idleTimeout).toBeLessThanOrEqual(minutes(1))
    expect(LIMITS.connectionsCheckingInterval).toBeLessThanOrEqual(seconds(5))
  })
})

async function ask(socket: Socket | undefined): Promise<string> {
  if (!socket) return ''
  socket.on('error', () => {})
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  return text(socket).catch(() => '')
}

function countConnections(): Promise<number> {
  return new Promise((resolve) => small.server.getConnections((_, count) => resolve(count)))
}
