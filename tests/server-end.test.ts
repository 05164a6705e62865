import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { minutes, seconds } from '../src/durations.ts'
import { openPlace, type Place } from './support/server.ts'
import { isLoggedIn, register } from './support/users.ts'

const places: Place[] = []
const newPlace = async () => {
  const place = await openPlace()
  places.push(place)
  return place
}
afterAll(() => Promise.all(places.map(({ leave }) => leave())))

vi.setConfig({ testTimeout: minutes(1) })

/** Takes a port; resolves when it lets somebody in. No request: one that falls between two processes that end is never answered. */
async function knock(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
}

describe('SIGTERM', () => {
  test.each(['1', '2'])(
    'lets who is being answered have their answer, lets nobody new in, and ends with 0: %s processes',
    async (WEB_CONCURRENCY) => {
      const place = await newPlace()
      const server = await place.start({ WEB_CONCURRENCY })
      const port = Number(new URL(server.url).port)
      const slow = connect(port, '127.0.0.1')
      const heard: string[] = []
      slow.on('data', (text) => heard.push(String(text)))
      slow.write(
        'POST /login HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n',
      )
      // Until the server has read of a request, its connection is an idle one.
      await vi.waitFor(() => expect(heard.join('')).toMatch(/^HTTP\/1\.1 100 /), seconds(5))

      const ended = server.end('SIGTERM')
      await vi.waitFor(() => expect(knock(port)).rejects.toThrow('ECONNREFUSED'), seconds(5))
      slow.write('username=a')

      expect(await ended).toEqual({ code: 0, signal: null })
      expect(heard.join('')).toMatch(/\r\n\r\nHTTP\/1\.1 403 /)
    },
  )
})

describe('WEB_CONCURRENCY', () => {
  test('has two processes serve the same people, and end together', async () => {
    const place = await newPlace()
    const server = await place.start({ WEB_CONCURRENCY: '2' })
    const ada = await register(server)

    const answers = new Set<boolean>()
    const visit = async () =>
      answers.add(await isLoggedIn(server.browse().copyCookies(ada.browser)))
    // The first to listen says so for both: the other may take a moment longer.
    await vi.waitFor(async () => {
      await Promise.all(Array.from({ length: 20 }, visit))
      expect(new Set(server.log.map(({ pid }) => pid)).size).toBe(2)
    }, seconds(20))
    const ended = await server.end('SIGTERM')

    expect([...answers]).toEqual([true])
    expect(server.lines).toHaveLength(3)
    expect(ended.code).toBe(0)
  })
})
