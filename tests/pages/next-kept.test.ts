import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readField, readLinks } from '../support/html.ts'
import { register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const NEXT = '/account/devices?sort=seen'
const withNext = (path: string) => `${path}?${new URLSearchParams({ next: NEXT })}`

describe('next', () => {
  test.each([
    ['/login', '/register'],
    ['/login', '/forgot-password'],
    ['/register', '/login'],
    ['/forgot-password', '/login'],
  ])('is kept on the way from %s to %s', async (from, to) => {
    const page = await site.browse().visit(withNext(from))
    const links = readLinks(page.text).map((href) => new URL(href, 'http://localhost:3000'))

    const found = links.find(({ pathname, search }) => pathname === to && search)

    expect(found?.searchParams.get('next')).toBe(NEXT)
  })

  test('is where a user goes after registering', async () => {
    const answer = await site.browse().submit(withNext('/register'), userFields())

    expect([answer.status, answer.headers.location]).toEqual([303, NEXT])
  })

  test('is kept in a registration that was refused', async () => {
    const answer = await site.browse().submit(withNext('/register'), userFields({ username: 'a' }))

    expect(answer.status).toBe(422)
    expect(readField(answer.text, '/register', 'next')).toBe(NEXT)
  })

  test('is kept by a request for a new password', async () => {
    const answer = await site.browse().submit(withNext('/forgot-password'), { email: 'a@b.org' })

    expect([answer.status, answer.headers.location]).toEqual([303, withNext('/forgot-password')])
  })

  test('is kept where the email is verified first', async () => {
    const verified = await openTestApp({ REGISTRATION: 'verified' })

    const answer = await verified.browse().submit(withNext('/register'), userFields())
    await verified.close()

    expect([answer.status, answer.headers.location]).toEqual([303, withNext('/login')])
  })

  test.each(['/register', '/forgot-password'])('never leaves the site by %s', async (path) => {
    const page = await site.browse().visit(`${path}?next=//evil.example`)

    expect(page.text).not.toContain('evil')
  })

  test('is where a second press of the login button ends', async () => {
    const { username, password, browser } = await register(site)
    const _csrf = await browser.takeToken('/dashboard')

    const answer = await browser.post('/login', { username, password, next: NEXT, _csrf })

    expect([answer.status, answer.headers.location]).toEqual([303, NEXT])
  })
})
