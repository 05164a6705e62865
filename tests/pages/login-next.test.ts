import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('next', () => {
  const ours = ['/dashboard', '/account/devices?a=b&c=%2F', '/account/../account/devices']
  const hostile = [
    'https://evil.example',
    'http:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\nSet-Cookie: a=b',
    ' //evil.example',
    'javascript:alert(1)',
    'evil.example',
    '@evil.example',
    '/\u0000/evil.example',
    'http://localhost:3000@evil.example/',
    'http://localhost:3000/dashboard',
    '?next=//evil.example',
    '',
  ]

  test.each(ours)('returns to %j', async (next) => {
    const { username, password } = await register(site)
    const url = `/login?${new URLSearchParams({ next })}`

    const answer = await site.browse().submit(url, { username, password })

    const { pathname, search } = new URL(next, 'http://localhost:3000')
    expect(answer.headers.location).toBe(pathname + search)
  })

  test.each(hostile)('never leaves by %j, asked for in the URL or in the form', async (next) => {
    const { username, password, browser } = await register(site)
    const url = `/login?${new URLSearchParams({ next })}`

    const byUrl = await site.browse().submit(url, { username, password })
    const byForm = await site.browse().submit('/login', { username, password, next })
    const whenLoggedIn = await browser.visit(url)

    const places = [byUrl, byForm, whenLoggedIn].map(({ headers }) => headers.location)
    expect(places).toEqual(Array(3).fill('/dashboard'))
  })
})
