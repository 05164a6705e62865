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

describe('SIGTERM', () => {
  test.each(['1', '2'])(
    'lets who is being answered have their answer, lets nobody new in, and ends with 0: %s processes',
    async (WEB_CONCURRENCY) => {
      const place = await newPlace()
      const server = await place.start({ WEB_CONCURRENCY })
      const { port } = new URL(server.url)
      const slow = connect(Number(port), '127.0.0.1')
      const heard: string[] = []
      slow.on('data', (text) => heard.push(String(text)))
      slow.write(
        'POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nuser',
      )
      await server.browse().visit('/healthz')

      const ended = server.end('SIGTERM')
      await vi.waitFor(
        () => expect(server.browse().visit('/')).rejects.toThrow('ECONNREFUSED'),
        seconds(5),
      )
      slow.write('name=a')

      expect(await ended).toEqual({ code: 0, signal: null })
      expect(heard.join('')).toMatch(/^HTTP\/1\.1 403 /)
    },
  )
})

describe('WEB_CONCURRENCY', () => {
  test('has two processes serve the same people, and end together', async () => {
    const place = await newPlace()
    const server = await place.start({ WEB_CONCURRENCY: '2' })
    const ada = await register(server)

    const visits = Array.from({ length: 20 }, () =>
      isLoggedIn(server.browse().copyCookies(ada.browser)),
    )
    const answers = await Promise.all(visits)
    const pids = new Set(server.log.map(({ pid }) => pid))
    const ended = await server.end('SIGTERM')

    expect(answers).toEqual(Array(20).fill(true))
    expect(pids.size).toBe(2)
    expect(server.lines).toHaveLength(3)
    expect(ended.code).toBe(0)
  })
})
