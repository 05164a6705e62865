import { afterAll, describe, expect, test, vi } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readTitle } from '../support/html.ts'
import { logIn, PASSWORD, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('404', () => {
  test.each(['get', 'post', 'put', 'delete', 'patch'] as const)(
    'answers %s of a URL without a page',
    async (method) => {
      const answer = await site.browse().ask(method, '/nowhere')

      expect([answer.status, readTitle(answer.text)]).toEqual([404, 'Page not found'])
    },
  )

  test('keeps a user logged in, with the links of a user', async () => {
    const { browser } = await register(site)

    const answer = await browser.visit('/nowhere')

    expect(answer.text).toContain('Dashboard')
  })

  test('shows no part of the URL as HTML', async () => {
    const answer = await site.browse().visit('/<script>alert(1)</script>')

    expect(answer.text).not.toContain('alert(1)')
  })
})

describe('405', () => {
  test.each([
    ['put', '/login', 'GET, HEAD, POST'],
    ['trace', '/login', 'GET, HEAD, POST'],
    ['delete', '/register', 'GET, HEAD, POST'],
    ['patch', '/logout', 'GET, HEAD, POST'],
    ['post', '/dashboard', 'GET, HEAD'],
    ['post', '/', 'GET, HEAD'],
    ['get', '/account/devices/revoke-others', 'POST'],
    ['head', '/account/devices/x/revoke', 'POST'],
    ['get', '/account/export', 'POST'],
    ['post', '/.well-known/change-password', 'GET, HEAD'],
  ] as const)('answers %s %s and says what it does take', async (method, path, allowed) => {
    const answer = await site.browse().ask(method, path)

    expect([answer.status, answer.headers.allow]).toEqual([405, allowed])
  })
})

describe('HEAD', () => {
  test.each(['/', '/login', '/register', '/logout', '/healthz', '/app.css'])(
    'of %s has the headers of GET and no body',
    async (path) => {
      const head = await site.browse().ask('head', path)
      const get = await site.browse().visit(path)

      expect([head.status, head.headers['content-type']]).toEqual([
        200,
        get.headers['content-type'],
      ])
      expect(head.text ?? '').toBe('')
    },
  )
})

describe('500', () => {
  test('shows an incident that the log knows, and nothing of what went wrong', async () => {
    const broken = await openTestApp()
    const { browser } = await register(broken)
    await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`

    const answer = await browser.visit('/dashboard?secret=in-the-query')
    await broken.close()

    const incidentId = /<code>([^<]+)<\/code>/.exec(answer.text)?.[1]
    const line = broken.logged.find((each) => each.incidentId === incidentId)
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('Something went wrong on our side')
    expect(answer.text).not.toMatch(/SecurityEvent|prisma|at .*\.ts/i)
    expect(line).toMatchObject({ msg: 'unexpected error', method: 'GET', path: '/dashboard' })
    expect(JSON.stringify(line)).toContain('SecurityEvent')
  })

  test('is written down too when its answer has begun, and none of it is said beside the log', async () => {
    const said = vi.spyOn(process.stderr, 'write')
    const broken = await openTestApp()
    const { browser } = await register(broken)
    broken.app.get('/half', (_req, res, next) => {
      res.write('half of it')
      next(new Error('the other half'))
    })
    const stack = broken.app.router.stack
    stack.splice(-3, 0, ...stack.splice(-1))

    const answer = await browser.visit('/half').catch((error: Error) => error.message)
    const line = broken.logged.find(({ msg }) => msg === 'unexpected error')
    await broken.close()

    expect(answer).toMatch(/aborted|hang up|ECONNRESET/)
    expect(line).toMatchObject({ path: '/half', err: { message: 'the other half' } })
    expect(said).not.toHaveBeenCalled()
  })

  test('does half of nothing: no account is there when its event could not be written', async () => {
    const broken = await openTestApp()
    await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`

    const answer = await broken.browse().submit('/register', userFields())
    const users = await broken.database.user.count()
    await broken.close()

    expect([answer.status, users]).toEqual([500, 0])
  })

  test('is not followed by the session of a login that failed', async () => {
    const broken = await openTestApp()
    const ada = await register(broken)
    const browser = broken.browse()
    await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`
    broken.statements.length = 0

    const answer = await logIn(browser, ada)
    await broken.close()

    expect(answer.status).toBe(500)
    expect(broken.statements.filter((sql) => sql === 'BEGIN')).toHaveLength(1)
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test('writes nothing that was typed into the log, nor a password hash', async () => {
    const broken = await openTestApp()
    const { browser, username } = await register(broken)
    await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`

    await broken.browse().submit('/login', { username, password: 'wrong but secret' })
    await broken.browse().submit('/register', userFields())
    await browser.visit('/dashboard')
    await broken.close()

    const log = JSON.stringify(broken.logged)
    expect(log).toContain('unexpected error')
    expect(log).not.toMatch(/wrong but secret|\$bcrypt|_csrf|session=/)
    expect(log).not.toContain(PASSWORD)
  })
})

describe('the log', () => {
  test('has one line for every answer, with the path and without the query', async () => {
    site.logged.length = 0

    await site.browse().visit('/login?next=%2Fsecret')
    await vi.waitFor(() => expect(site.logged).toHaveLength(1))

    expect(site.logged[0]).toMatchObject({ method: 'GET', path: '/login', status: 200 })
    expect(JSON.stringify(site.logged)).not.toContain('secret')
  })
})
