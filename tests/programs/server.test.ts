import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { isLoggedIn, logIn, register, registerAndRemember } from '../support/users.ts'
import { createPlaces } from './support/server.ts'

const { newPlace, leaveAll } = createPlaces()
afterAll(leaveAll)

const isSqlite = inject('template').engine === 'sqlite'
const DATABASE_LINE = isSqlite
  ? /^Database: SQLite, \.\/data\/app\.db$/
  : /^Database: PostgreSQL, test_\w+ at /
const FILES_IN_DATA = {
  'data/session-secret': '600',
  ...(isSqlite && { 'data/app.db': '600', 'data/app.db-shm': '600', 'data/app.db-wal': '600' }),
}

/** Every file that the server has made in a folder, with its permissions. */
function readModes(folder: string): Record<string, string> {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const names = all.filter(
    (name) => !/^(dist|node_modules|package\.json|prisma|public|views)\b/.test(name),
  )
  const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8)
  return Object.fromEntries(names.map((name) => [name, modeOf(name)]))
}

async function takePort() {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  return { other, port: String(typeof address === 'object' ? address?.port : '') }
}

async function findFreePort(): Promise<string> {
  const { other, port } = await takePort()
  await new Promise((closed) => other.close(closed))
  return port
}

// Each start reads the whole program, on a machine that may be busy.
vi.setConfig({ testTimeout: minutes(1) })

describe('the start', () => {
  test('needs nothing, and says in three lines where it listens, which database it uses and where mail goes', async () => {
    const place = await newPlace()

    const server = await place.start()
    const page = await server.browse().visit('/')

    expect(server.lines).toEqual([
      expect.stringMatching(/^Listening on http:\/\/localhost:\d+$/),
      expect.stringMatching(DATABASE_LINE),
      expect.stringMatching(/^Mail: not sent, but shown at http:\/\/localhost:\d+\/dev\/mailbox$/),
    ])
    expect(page.status).toBe(200)
    expect(readModes(place.folder)).toEqual({ data: '700', ...FILES_IN_DATA })
  })

  test('changes nothing the second time, and keeps sessions and accounts when it is killed', async () => {
    const place = await newPlace()
    const first = await place.start()
    const ada = await registerAndRemember(first)
    const secret = readFileSync(join(place.folder, 'data/session-secret'))
    await first.end('SIGTERM')

    const second = await place.start()
    const browser = second.browse().copyCookies(ada.browser)
    const afterAnEnd = await isLoggedIn(browser)
    const underWay = register(second).catch(() => null)
    await second.end('SIGKILL')
    await underWay

    const third = await place.start()
    const again = third.browse().copyCookies(browser)
    const afterAKill = await isLoggedIn(again)
    again.cookies.delete('session')

    expect([afterAnEnd, afterAKill]).toEqual([true, true])
    expect(await isLoggedIn(again)).toBe(true)
    expect((await logIn(third.browse(), ada)).status).toBe(303)
    expect(readFileSync(join(place.folder, 'data/session-secret'))).toEqual(secret)
  })

  test('makes the tables in a process that another program has forked, as PM2 does', async () => {
    const place = await newPlace()
    const manager = `
      import cluster from 'node:cluster'
      cluster.setupPrimary({ execArgv: [], exec: ${JSON.stringify(join(place.folder, 'dist/server.js'))} })
      cluster.fork()`

    const command = [process.execPath, '--input-type=module', '--eval', manager]
    const server = await place.start({}, { command })
    const { browser } = await register(server)

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test.each([
    ['130', {}],
    ['7', { KEEP_ALIVE_SECONDS: '7' }],
  ])('keeps connections without a request for %s seconds with %j', async (wait, variables) => {
    const place = await newPlace()
    const server = await place.start(variables)

    const answer = await fetch(`${server.url}/healthz`)

    expect(answer.headers.get('keep-alive')).toBe(`timeout=${wait}`)
  })

  test('warns that visitors can read all mail where NODE_ENV was forgotten', async () => {
    const place = await newPlace()

    const server = await place.start({ APP_URL: 'https://app.example' })

    expect(server.lines).toEqual([
      expect.stringMatching(/^WARNING: NODE_ENV is not production, but APP_URL .*\/dev\/mailbox/),
      expect.stringMatching(/^HSTS: .* app\.example and every host below it, for a year/),
      expect.stringMatching(/^Listening on /),
      expect.stringMatching(DATABASE_LINE),
      expect.stringMatching(/^Mail: /),
    ])
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
    expect(readModes(place.folder)).toEqual({})
  })

  test.each([
    ['HOST', '203.0.113.7'],
    ['DATABASE_URL', 'postgresql://ada:hunter2@127.0.0.1:1/app'],
    ['DATABASE_URL', 'file:.'],
  ])('is refused with a line that names %s where it cannot be used: %s', async (name, value) => {
    const place = await newPlace()

    const { code, stdout, stderr } = await place.fail({ [name]: value, LOG_LEVEL: 'fatal' })

    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(new RegExp(`^${name} [^\\n]+ For example: ${name}=[^\\n]+\\n$`))
    expect(stderr).not.toContain('hunter2')
  })

  test.each([
    ['127.0.0.1:1/app', '127.0.0.1:1, database app: connect ECONNREFUSED 127.0.0.1:1. Check'],
    ['no-such-host.invalid/app', 'no-such-host.invalid:5432, database app: getaddrinfo E'],
  ])('names where PostgreSQL was not found, why, and an example: %s', async (server, words) => {
    const place = await newPlace()
    const DATABASE_URL = `postgresql://ada:hunter2@${server}`

    const { stderr } = await place.fail({ DATABASE_URL, LOG_LEVEL: 'fatal' })

    expect(stderr).toContain(`DATABASE_URL cannot be used: PostgreSQL at ${words}`)
    expect(stderr).toMatch(/For example: DATABASE_URL=postgresql:\/\/user:password@\S+\n$/)
  })

  test.each([
    ['nothing', ''],
    ['too little', 'abc'],
  ])('is refused while data/session-secret holds %s', async (_, secret) => {
    const place = await newPlace()
    mkdirSync(join(place.folder, 'data'))
    writeFileSync(join(place.folder, 'data/session-secret'), secret)

    const { code, stderr } = await place.fail({})

    expect([code, stderr]).toEqual([1, expect.stringMatching(/^data\/session-secret .*Delete it/)])
  })

  test('reads .env with the mark that some editors begin a file with', async () => {
    const place = await newPlace()
    writeFileSync(join(place.folder, '.env'), '\uFEFFSESSION_SECRET=short\n')

    expect((await place.fail({})).stderr).toMatch(/^SESSION_SECRET needs /)
  })

  test('reads .env, over which variables that are set already win', async () => {
    const place = await newPlace()
    writeFileSync(join(place.folder, '.env'), 'SESSION_SECRET=short\nLOG_LEVEL=loud\n')

    const { stderr } = await place.fail({ LOG_LEVEL: 'info' })

    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^SESSION_SECRET needs /)])
  })

  test.each([
    'smtp://me@example.com:p@ss#w/ord@host',
    'smtp://me@example.com:p@ss#w # as the provider says',
  ])('refuses SMTP_URL=%s in .env, of which # would leave another host', async (value) => {
    const place = await newPlace()
    writeFileSync(
      join(place.folder, '.env'),
      `PORT=0\nexport SMTP_URL = ${value}\nHOST=127.0.0.1\n`,
    )

    const { code, stderr } = await place.fail({})

    expect([code, stderr]).toEqual([1, expect.stringMatching(/^SMTP_URL is cut off at # .*%23/)])
    expect(stderr).not.toContain('p@ss')
  })

  test('reads quoted values and comments of .env', async () => {
    const place = await newPlace()
    const lines = ['SESSION_SECRET="#1 of the secrets that only the tests know"', 'PORT=0 # any #1']
    writeFileSync(join(place.folder, '.env'), lines.join('\n'))

    expect((await place.start({ SMTP_URL: 'smtp://mail.example' })).lines).toContain(
      'Mail: sent through mail.example',
    )
  })

  test('is refused where .env is not UTF-8', async () => {
    const place = await newPlace()
    writeFileSync(join(place.folder, '.env'), Buffer.from('\uFEFFPORT=0\n', 'utf16le'))

    expect((await place.fail({})).stderr).toMatch(/^\.env is not in UTF-8/)
  })

  test('is refused in one line where .env cannot be read', async () => {
    const place = await newPlace()
    mkdirSync(join(place.folder, '.env'))

    const { code, stderr } = await place.fail({})

    expect([code, stderr]).toEqual([1, '.env cannot be read (EISDIR): mend or remove it\n'])
  })

  test.skipIf(!existsSync('/dev/full'))('serves on where standard output is full', async () => {
    const { folder } = await newPlace()
    const port = await findFreePort()
    const child = spawn(process.execPath, [join(folder, 'dist/server.js')], {
      cwd: folder,
      env: { PORT: port, BCRYPT_COST: '4' },
      stdio: ['ignore', openSync('/dev/full', 'w'), 'inherit'],
    })
    const ended = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))

    await vi.waitFor(async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/healthz`)
      expect(status).toBe(200)
    }, seconds(30))
    child.kill('SIGTERM')

    expect(await ended).toEqual([0, null])
  })

  test.each(['1', '2'])(
    'ends where the port is taken, with %s processes',
    async (WEB_CONCURRENCY) => {
      const place = await newPlace()
      const { port: PORT, other } = await takePort()

      const { code, stderr } = await place.fail({ PORT, WEB_CONCURRENCY })
      other.close()

      expect(code).toBe(1)
      expect(stderr.split('\n').filter((line) => line.includes(PORT))).toHaveLength(1)
    },
  )
})
