import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a file that is not in public', () => {
  test.each([
    '/.env',
    '/.git/HEAD',
    '/.well-known/',
    '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200',
    '/package.json',
    '/app.js.map',
    '/src/app.ts',
    '/views/login.njk',
    '/data/app.db',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '/app.css%00.html',
    '/public/',
    '/static/',
  ])('is 404: %s', async (path) => {
    expect((await site.browse().visit(path)).status).toBe(404)
  })
})

describe('a page of a user who is logged in', () => {
  test.each([
    '/dashboard/x.css',
    '/dashboard.css',
    '/dashboard;x.css',
    '/dashboard%0a.css',
    '/dashboard%2fx.css',
    '/dashboard%3fx.css',
    '/account/activity/logo.svg',
    '/account/app.js',
  ])('has no second URL that a cache takes for a file: %s', async (path) => {
    const { browser, username } = await register(site)
    await browser.visit('/dashboard')

    const answer = await browser.visit(path)

    expect([answer.status, answer.headers['cache-control']]).toEqual([404, 'no-store'])
    expect(answer.text).not.toContain(username)
  })
})

describe('what is answered', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/nowhere', 'text/html; charset=utf-8'],
    ['/app.css', 'text/css; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/healthz', 'text/plain; charset=utf-8'],
    ['/robots.txt', 'text/plain; charset=utf-8'],
  ])('at %s is named %s', async (path, type) => {
    expect((await site.browse().visit(path)).headers['content-type']).toBe(type)
  })

  test.each(['https://evil.example', 'null', 'http://localhost:3001'])(
    'allows no page of %s to read it',
    async (origin) => {
      const { browser } = await register(site)

      for (const path of ['/dashboard', '/app.js', '/nowhere', '/healthz']) {
        const { headers } = await browser.visit(path, { Origin: origin })
        expect(Object.keys(headers).filter((name) => /^access-control-/.test(name))).toEqual([])
      }
    },
  )

  test('as a script is the same for every visitor, and wraps nothing into a callback', async () => {
    const { browser } = await register(site)

    const plain = await site.browse().visit('/app.js')
    const personal = await browser.visit('/app.js?callback=steal')

    expect(personal.text).toBe(plain.text)
  })
})

describe('a file that a page asks for', () => {
  const findStyle = async () => {
    const { text } = await site.browse().visit('/login')
    return /<link rel="stylesheet" href="([^"]*)"/.exec(text)?.[1] ?? ''
  }

  test('has a name that changes with it, and is kept for ever', async () => {
    const path = await findStyle()
    const named = await site.browse().visit(path)
    const plain = await site.browse().visit('/app.css')

    expect(path).toMatch(/^\/app\.[0-9a-f]{16}\.css$/)
    expect(named.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
    })
    expect(named.text).toBe(plain.text)
    expect(plain.headers['cache-control']).toBe('public, no-cache')
  })

  test('is found under its name of another release, but not kept', async () => {
    const { status, headers } = await site.browse().visit('/app.0123456789abcdef.css')

    expect([status, headers['cache-control']]).toEqual([200, 'public, no-cache'])
  })
})

describe('an icon', () => {
  const readAll = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(njk|ts)$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const sprite = readFileSync(join(root, 'public/icons.svg'), 'utf8')
  const drawn = [...sprite.matchAll(/<symbol id="([^"]*)"/g)].map(([, name]) => name)

  test('that a view names is drawn', () => {
    const used = [...readAll(join(root, 'views')).matchAll(/\bicon\('([^']*)'\)/g)]

    expect(used.map(([, name]) => name).filter((name) => !drawn.includes(name))).toEqual([])
  })
})
