import type { RequestHandler } from 'express'
import { afterAll, describe, expect, test } from 'vitest'
import { describeError } from '../../src/http/error-details.ts'
import { resolveInProject } from '../../src/project.ts'
import { openTestApp, QUICK, type TestApp } from '../support/app.ts'

const PRODUCTION = { APP_URL: 'https://app.example', BCRYPT_COST: '10', THROTTLE: 'on' }
const development = await openTestApp({ NODE_ENV: 'development' })
const production = await openTestApp({ NODE_ENV: 'production', ...PRODUCTION }, development)
// They share a database.
afterAll(development.close)

/** What goes wrong, by its path. */
const MISTAKES: Record<string, RequestHandler> = {
  '/broken/page': () => {
    throw new TypeError('<b>not</b> a function')
  },
  '/broken/services': (req, res) => {
    res.render(req as never)
  },
  '/broken/view': (_req, res) =>
    res.render('dashboard', { browser: 'Firefox', loggedInAt: new Date('yesterday') }),
  '/broken/missing-view': (_req, res) => res.render('no-such-view'),
  '/broken/layout': (_req, res) => {
    res.locals.path = 5
    res.locals.currentUser = { username: 'Ada' }
    res.render('home')
  },
  '/broken/query': (_req, _res, next) => {
    development.database.user.findMany({ where: { secret: 'hunter2' } } as never).catch(next)
  },
}

for (const { app } of [development, production]) {
  for (const [path, handler] of Object.entries(MISTAKES)) app.get(path, handler)
  // Before the answer to unknown URLs.
  const { stack } = app.router
  const added = stack.splice(-Object.keys(MISTAKES).length)
  stack.splice(-2, 0, ...added)
}

const read = async ({ browse }: Pick<TestApp, 'browse'>, path: string) => {
  const browser = browse()
  await browser.visit('/login')
  return { cookies: browser.cookies, ...(await browser.visit(`${path}?secret=in-the-query`)) }
}

describe('an unexpected error in development', () => {
  test.each(Object.keys(MISTAKES))(
    'is shown with its stack, and nothing secret: %s',
    async (path) => {
      const answer = await read(development, path)

      expect(answer.status).toBe(500)
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
      expect(answer.text).toMatch(/<pre class="source">at /)
      expect(answer.text).not.toMatch(/in-the-query|hunter2|<b>not/)
      expect(answer.text).not.toContain(QUICK.SESSION_SECRET)
      for (const { value } of answer.cookies.values()) expect(answer.text).not.toContain(value)
    },
  )

  test('names the line of ours where it was thrown, with the lines around it', async () => {
    const { text } = await read(development, '/broken/services')

    expect(text).toContain('<code>./src/http/views.ts:')
    expect(/<mark>([^<]*)</.exec(text)?.[1]).toMatch(/^\d+ {2}.*render/)
  })

  test('names the line of a view', async () => {
    const { text } = await read(development, '/broken/view')

    expect(text).toContain('RangeError: Invalid time value')
    expect(text).toContain('<code>./views/dashboard.njk:')
    expect(/<mark>([^<]*)</.exec(text)?.[1]).toContain('loggedInAt | ago')
  })

  test('is the same in the log, by its number', async () => {
    const { text } = await read(development, '/broken/page')

    const [, incidentId] = /incident <code>([^<]+)</.exec(text) ?? []
    expect(development.logged.map((line) => line.incidentId)).toContain(incidentId)
    expect(text).toContain('TypeError: &lt;b&gt;not&lt;/b&gt; a function')
  })
})

describe('an unexpected error in production', () => {
  test.each(Object.keys(MISTAKES))('shows a number alone: %s', async (path) => {
    const answer = await read(production, path)

    expect(answer.status).toBe(500)
    expect(answer.text).not.toMatch(/\.ts|\.njk|node_modules|not a function|Error:|hunter2/)
  })
})

test('a mistake that Nunjucks finds while it compiles a view is on the line that it names', () => {
  const file = resolveInProject('views/home.njk')
  const error = new Error(`(${file}) [Line 2, Column 3]\n  unexpected token: %}`)

  const { message, source } = describeError(error)

  expect(message).toBe('unexpected token: %}')
  expect(source).toMatchObject({ file: './views/home.njk', line: 2 })
})

test.each(['/etc/hosts.njk', resolveInProject('.env.njk'), resolveInProject('views/../.env.njk')])(
  'no other file is read: %s',
  (file) => {
    expect(describeError(new Error(`(${file}) [Line 1, Column 1]`)).source).toBeNull()
  },
)

test('what is thrown without being an error is shown as text', () => {
  expect(describeError('nothing but words')).toMatchObject({ message: 'nothing but words' })
})
