import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { seconds } from '../../src/durations.ts'
import { openServedApp, type ServedApp } from '../support/served-app.ts'
import { readStatus } from '../support/wire-words.ts'

const END = 'Connection: close\r\n\r\n'
const HALF_OF_HEADERS = 'GET / HTTP/1.1\r\nHost: a\r\n'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function serve(variables = {}, limits = {}): Promise<ServedApp> {
  const site = await openServedApp(variables, limits)
  onTestFinished(site.close)
  return site
}

async function open({ port }: ServedApp, words: string) {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket.on('error', () => {}))
  await once(socket, 'connect')
  socket.write(words)
  return socket
}

async function ask(site: ServedApp, words = ''): Promise<string> {
  const socket = await open(site, `GET /healthz HTTP/1.1\r\nHost: a\r\n${words}${END}`)
  return text(socket).catch(() => '')
}

const openMany = (site: ServedApp, count: number, words: string) =>
  Promise.all(Array.from({ length: count }, () => open(site, words)))

describe('the connections of one network', () => {
  test('are turned away beyond its share, until one of them is closed', async () => {
    const site = await serve({}, { connectionsPerNetwork: 3 })
    const [first] = await openMany(site, 3, HALF_OF_HEADERS)

    const refused = await ask(site)
    first?.destroy()

    expect(refused).toBe('')
    await vi.waitFor(async () => expect(readStatus(await ask(site))).toBe(200), seconds(5))
  })

  test('are written to the log once while more are turned away', async () => {
    const site = await serve({}, { connectionsPerNetwork: 3 })
    await openMany(site, 3, HALF_OF_HEADERS)
    site.logged.length = 0

    for (let time = 0; time < 3; time++) await ask(site)

    expect(site.logged).toMatchObject([
      { event: 'excess_rate_limit_exceeded', ip: '127.0.0.1', msg: 'connection refused' },
    ])
  })
})

describe('the connections of a trusted proxy', () => {
  const halfOf = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n${from('192.0.2.1')}\r\na=`
  const from = (ip: string) => `X-Forwarded-For: ${ip}\r\n`

  test('are not limited, as they are those of many networks', async () => {
    const site = await serve({ TRUST_PROXY: '1' }, { connectionsPerNetwork: 3 })
    await openMany(site, 10, HALF_OF_HEADERS)

    expect(readStatus(await ask(site))).toBe(200)
  })

  test.each([
    ['with half a body', '/login', 'close'],
    ['with half a body', '/login', 'arrive'],
    ['refused with half a body', '/', 'close'],
    ['refused with half a body', '/', 'arrive'],
  ])(
    'carry no more requests of one client than its share: %s at %s, until they %s',
    async (_, path, ends) => {
      const site = await serve({ TRUST_PROXY: '1', CONNECTIONS_PER_NETWORK: '10' })
      const askFrom = async (ip: string) => readStatus(await ask(site, from(ip)))
      const [first] = await openMany(site, site.settings.connectionsPerNetwork, halfOf(path))

      await vi.waitFor(async () => expect(await askFrom('192.0.2.1')).toBe(503), seconds(5))
      expect(await askFrom('192.0.2.2')).toBe(200)

      if (ends === 'close') first?.destroy()
      else first?.write('b=c&d=e')
      await vi.waitFor(async () => expect(await askFrom('192.0.2.1')).toBe(200), seconds(5))
    },
  )
})
