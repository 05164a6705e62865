import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, test, vi } from 'vitest'
import { minutes, seconds } from '../src/durations.ts'
import { readTitle } from './support/html.ts'
import { openPlace, type Place } from './support/server.ts'
import { isLoggedIn, logIn, register, registerAndRemember } from './support/users.ts'

const places: Place[] = []
const newPlace = async () => {
  const place = await openPlace()
  places.push(place)
  return place
}
afterAll(() => Promise.all(places.map(({ leave }) => leave())))

const { engine } = inject('template')

// Each start reads the whole program from its sources, on a machine that may be busy.
vi.setConfig({ testTimeout: minutes(1) })

describe('the start', () => {
  test('needs nothing, and says in three lines where it listens, which database it uses and where mail goes', async () => {
    const place = await newPlace()

    const server = await place.start()
    const page = await server.browse().visit('/')

    expect(server.lines).toEqual([
      expect.stringMatching(/^Listening on http:\/\/localhost:\d+$/),
      expect.stringMatching(
        engine === 'sqlite'
          ? /^Database: SQLite, \.\/data\/app\.db$/
          : /^Database: PostgreSQL, test_\w+ at /,
      ),
      expect.stringMatching(/^Mail: kept, see http:\/\/localhost:\d+\/dev\/mailbox$/),
    ])
    expect(readTitle(page.text)).toContain('Express Login')
  })

  test('keeps what it makes in data/, for its owner only', async () => {
    const place = await newPlace()
    await place.start()

    const data = join(place.folder, 'data')
    const modes = readdirSync(data).map((name) => [name, statSync(join(data, name)).mode & 0o777])

    expect(readdirSync(place.folder)).toEqual(['data'])
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(modes.length).toBeGreaterThan(0)
    for (const [, mode] of modes) expect(mode).toBe(0o600)
  })

  test('changes nothing the second time: the users, the sessions and the secret are those of before', async () => {
    const place = await newPlace()
    const first = await place.start()
    const ada = await registerAndRemember(first)
    const secret = readFileSync(join(place.folder, 'data/session-secret'))
    await first.end('SIGTERM')

    const second = await place.start()
    const browser = second.browse().copyCookies(ada.browser)

    expect(readFileSync(join(place.folder, 'data/session-secret'))).toEqual(secret)
    expect(await isLoggedIn(browser)).toBe(true)
    browser.cookies.delete('session')
    expect(await isLoggedIn(browser)).toBe(true)
    expect((await logIn(second.browse(), ada)).status).toBe(303)
  })

  test('finds everybody again after it was killed in the middle of things', async () => {
    const place = await newPlace()
    const first = await place.start()
    const ada = await register(first)
    const underWay = register(first).catch(() => null)

    await first.end('SIGKILL')
    await underWay
    const second = await place.start()

    expect(await isLoggedIn(second.browse().copyCookies(ada.browser))).toBe(true)
    expect((await logIn(second.browse(), ada)).status).toBe(303)
  })

  test('is refused with one line for each wrong setting, no trace, and no secret repeated', async () => {
    const place = await newPlace()

    const { code, stdout, stderr } = await place.fail({
      PORT: 'http',
      SESSION_SECRET: 'hunter2',
      NODE_ENV: 'production',
    })

    const names = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect([code, stdout]).toEqual([1, ''])
    expect(names.sort()).toEqual(['APP_URL', 'BCRYPT_COST', 'PORT', 'SESSION_SECRET'])
    expect(stderr).not.toContain('hunter2')
    expect(readdirSync(place.folder)).toEqual([])
  })

  test('reads .env, and lets what is set already go before it', async () => {
    const place = await newPlace()
    writeFileSync(join(place.folder, '.env'), 'SESSION_SECRET=short\nLOG_LEVEL=loud\n')

    const { stderr } = await place.fail({ LOG_LEVEL: 'info' })

    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^SESSION_SECRET needs /)])
  })

  test.each(['1', '2'])(
    'ends where the port is taken, with %s processes',
    async (WEB_CONCURRENCY) => {
      const place = await newPlace()
      const other = createServer()
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      const address = other.address()
      const PORT = String(typeof address === 'object' ? address?.port : '')

      const { code, stderr } = await place.fail({ PORT, WEB_CONCURRENCY })
      other.close()

      expect(code).toBe(1)
      expect(stderr).toContain(PORT)
    },
  )
})

describe('SIGTERM', () => {
  test('lets who is being answered have their answer, lets nobody new in, and ends with 0', async () => {
    const place = await newPlace()
    const server = await place.start()
    const { port } = new URL(server.url)
    const slow = connect(Number(port), '127.0.0.1')
    const heard: string[] = []
    slow.on('data', (text) => heard.push(String(text)))
    slow.write(
      'POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nuser',
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
  })
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
