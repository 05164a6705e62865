import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { minutes, seconds } from '../../src/durations.ts'
import { END_WITHIN } from '../../src/runtime/end.ts'
import { openSilence } from '../mail/support/post-office.ts'
import { isLoggedIn, register } from '../support/users.ts'
import { createPlaces, type Server } from './support/server.ts'

const { newPlace, leaveAll } = createPlaces()
afterAll(leaveAll)

vi.setConfig({ testTimeout: minutes(1) })

const portOf = ({ url }: Server) => Number(new URL(url).port)

/** Resolves when the port lets a client in. No request: one that falls between two processes that end is never answered. */
async function knock(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
}

const closed = (server: Server) =>
  vi.waitFor(() => expect(knock(portOf(server))).rejects.toThrow('ECONNREFUSED'), seconds(5))

/** Begins a form whose last letters are missing, and waits until the server reads it. */
async function beginForm(server: Server): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect(portOf(server), '127.0.0.1')
  const heard: string[] = []
  socket.on('data', (text) => heard.push(String(text))).on('error', () => {})
  socket.write(
    'POST /login HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n',
  )
  // Until the server has read of a request, its connection is an idle one.
  await vi.waitFor(() => expect(heard.join('')).toMatch(/^HTTP\/1\.1 100 /), seconds(5))
  return { socket, heard: () => heard.join('') }
}

/** Where a test needs the end to come before connections are cut off. */
const inGoodTime = (ended: Server['ended']) =>
  Promise.race([ended, setTimeout(END_WITHIN / 2, 'too late', { ref: false })])

const ENDED_WELL = { code: 0, signal: null }
const ANSWERED = /\r\n\r\nHTTP\/1\.1 403 /

describe('SIGTERM', () => {
  test.each(['1', '2'])(
    'lets open requests be answered, lets no client in, and ends with 0: %s processes',
    async (WEB_CONCURRENCY) => {
      const place = await newPlace()
      const server = await place.start({ WEB_CONCURRENCY })
      const { socket, heard } = await beginForm(server)

      server.signal('SIGTERM')
      await closed(server)
      socket.write('username=a')

      // The client would keep its connection for more.
      expect(await inGoodTime(server.ended)).toEqual(ENDED_WELL)
      expect(heard()).toMatch(ANSWERED)
    },
  )

  test.each([
    ['1', { isGroup: false }],
    ['2', { isGroup: true }],
  ])('cuts no answer off when it comes twice: %s processes, %o', async (WEB_CONCURRENCY, how) => {
    const place = await newPlace()
    const server = await place.start({ WEB_CONCURRENCY }, how)
    const { socket, heard } = await beginForm(server)

    server.signal('SIGTERM')
    await closed(server)
    server.signal('SIGTERM')
    await setTimeout(200)
    socket.write('username=a')

    expect(await server.ended).toEqual(ENDED_WELL)
    expect(heard()).toMatch(ANSWERED)
  })

  test('writes when sessions were last seen, which waits for up to a minute otherwise', async () => {
    const place = await newPlace()
    const server = await place.start()
    const { browser } = await register(server)
    const database = await openDatabase(place.databaseUrl)
    const lastSeen = async () => (await database.session.findFirstOrThrow()).lastSeenAt.getTime()
    const before = await lastSeen()
    await isLoggedIn(browser)
    const waiting = await lastSeen()

    await server.end('SIGTERM')
    const after = await lastSeen()
    await database.close()

    expect(waiting).toBe(before)
    expect(after).toBeGreaterThan(before)
  })

  test('ends at once when it comes a third time', async () => {
    const place = await newPlace()
    const server = await place.start()
    await beginForm(server)

    for (let time = 0; time < 3; time++) {
      server.signal('SIGTERM')
      await setTimeout(50)
    }

    expect(await inGoodTime(server.ended)).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('ends within its ten seconds although a mail server says nothing', async () => {
    const place = await newPlace()
    const { url: SMTP_URL, called } = await openSilence()
    const server = await place.start({ SMTP_URL })
    await register(server)
    await called

    server.signal('SIGTERM')
    const ended = await Promise.race([server.ended, setTimeout(END_WITHIN, 'too late')])

    expect(ended).toEqual(ENDED_WELL)
  })
})

describe('WEB_CONCURRENCY', () => {
  test('leaves no process behind that hangs', async () => {
    const place = await newPlace()
    const server = await place.start({ WEB_CONCURRENCY: '2' })
    const workers = await vi.waitFor(() => {
      const pids = new Set(server.log.map(({ pid }) => pid))
      expect(pids.size).toBe(2)
      return [...pids]
    }, seconds(5))
    const hanging = Number(workers[0])
    process.kill(hanging, 'SIGSTOP')
    // What was printed last is read once every process is gone.
    const late = setTimeout(END_WITHIN + seconds(5), 'too late', { ref: false })
    const ended = await Promise.race([server.end('SIGTERM'), late])
    if (ended === 'too late') process.kill(hanging, 'SIGKILL')

    expect(ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('has two processes serve the same users, and end together', async () => {
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
