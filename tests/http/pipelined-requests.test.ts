import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import nunjucks from 'nunjucks'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { hashesAtOnce } from '../../src/accounts/hash-queue.ts'
import { seconds } from '../../src/durations.ts'
import { FORM } from '../support/browser.ts'
import { heldWork } from '../support/held-work.ts'
import { openServedApp, type ServedApp } from '../support/served-app.ts'
import { PASSWORD, register } from '../support/users.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function serve(variables: Record<string, string> = {}): Promise<ServedApp> {
  const site = await openServedApp(variables)
  onTestFinished(site.close)
  return site
}

const ask = (path: string, words = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${words}\r\n`
const CLOSE = 'Connection: close\r\n'

/** Opens a connection that reads nothing, and sends words on it in one write. */
async function send({ port }: ServedApp, words: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  socket.write(words)
  return socket
}

const countAnswers = (answer: string) => answer.split('HTTP/1.1 200 OK').length - 1

describe('requests sent on one connection without waiting for answers', () => {
  test('may be eight; with one more the client is hung up on, and no page made', async () => {
    const site = await serve()
    onTestFinished(() => void vi.restoreAllMocks())
    const begun = vi.spyOn(site.app as unknown as { handle: () => void }, 'handle')
    const rendered = vi.spyOn(nunjucks.Environment.prototype, 'render')

    const answer = await text(await send(site, ask('/login').repeat(200))).catch(() => '')

    expect(answer).toBe('')
    expect([begun.mock.calls.length, rendered.mock.calls.length]).toEqual([1, 0])
    // The request that was begun has a line of its own, sooner or later.
    const refusals = site.logged.filter(({ code }) => code)
    expect(refusals).toMatchObject([{ code: 'TOO_MANY_UNANSWERED', ip: '127.0.0.1' }])
  })

  test('are not read on once the client is hung up on', async () => {
    const site = await serve()
    let read = 0
    site.server.on('request', () => read++)

    await once((await send(site, ask('/').repeat(2_000))).resume(), 'close')

    expect(read).toBe(9)
  })

  test.each([4, 8])('are all answered when they are %d', async (count) => {
    const site = await serve()
    const words = ask('/login').repeat(count - 1) + ask('/login', CLOSE)

    expect(countAnswers(await text(await send(site, words)))).toBe(count)
  })

  test('are counted anew once they are answered', async () => {
    const site = await serve()
    const socket = await send(site, '')
    for (let round = 0; round < 5; round++) {
      socket.write(ask('/healthz').repeat(4))
      let answers = ''
      while (countAnswers(answers) < 4) answers += String((await once(socket, 'data'))[0])
    }
    socket.write(ask('/healthz', CLOSE))

    expect(countAnswers(await text(socket))).toBe(1)
  })

  test('leave no request counted for a client of a proxy that is gone', async () => {
    const site = await serve({ TRUST_PROXY: '1', CONNECTIONS_PER_NETWORK: '10' })
    const from = 'X-Forwarded-For: 192.0.2.1\r\n'
    for (let round = 0; round < 5; round++) {
      const socket = await send(site, ask('/login', from).repeat(9))
      await once(socket.resume(), 'close')
    }

    await vi.waitFor(
      async () =>
        expect(countAnswers(await text(await send(site, ask('/login', from + CLOSE))))).toBe(1),
      seconds(5),
    )
  })
})

describe('a request behind another on one connection', () => {
  const form = (path: string, fields: Record<string, string>, cookie: string) => {
    const body = String(new URLSearchParams(fields))
    const head = `Host: a\r\nCookie: ${cookie}\r\nContent-Type: ${FORM}\r\n`
    return `POST ${path} HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`
  }

  test('is answered as logged out when that was a logout', async () => {
    const site = await serve()
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/account')
    const cookie = `session=${browser.valueOf('session')}`
    const page = ask('/dashboard', `Cookie: ${cookie}\r\n`)
    const last = ask('/dashboard', `Cookie: ${cookie}\r\n${CLOSE}`)

    const answers = await text(await send(site, form('/logout', { _csrf }, cookie) + page + last))

    expect(answers.match(/HTTP\/1.1 \d+|Location: \S+/g)).toEqual([
      'HTTP/1.1 303',
      'Location: /login',
      'HTTP/1.1 302',
      'Location: /login?next=%2Fdashboard',
      'HTTP/1.1 302',
      'Location: /login?next=%2Fdashboard',
    ])
  })

  test('is worked on once that is answered, and not at all when the client is gone by then', async () => {
    const site = await serve()
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    const fields = { username: 'ada', password: PASSWORD, _csrf }
    const login = form('/login', fields, `csrf=${browser.valueOf('csrf')}`)
    const { work, endNext } = heldWork()
    const held = Array.from({ length: hashesAtOnce() }, () => site.services.hashQueue.run(work('')))
    site.logged.length = 0
    site.statements.length = 0

    const socket = await send(site, login + ask('/healthz'))
    await vi.waitUntil(() => site.statements.length > 0, { interval: 5 })
    socket.destroy()

    await vi.waitFor(() => expect(site.logged).toMatchObject([{ path: '/login' }]), seconds(5))
    for (const _ of held) endNext()
    await Promise.all(held)
    expect(site.logged).toHaveLength(1)
  })
})

test('a client that waits for each answer is served on one connection for as long as it asks', async () => {
  const site = await serve()
  const socket = await send(site, '')
  for (let count = 0; count < 30; count++) {
    socket.write(ask('/healthz'))
    await once(socket, 'data')
  }
  socket.write(ask('/healthz', CLOSE))

  expect(countAnswers(await text(socket))).toBe(1)
})
