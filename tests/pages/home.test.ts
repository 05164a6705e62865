import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('GET /', () => {
  test('shows a visitor the ways to log in and to register', async () => {
    const { status, text } = await site.browse().visit('/')

    expect(status).toBe(200)
    expect(text).toContain('href="/login"')
    expect(text).toContain('href="/register"')
    expect(text).toMatch(/<meta name="description" content="[^":]+: [^"]+">/)
  })

  test('sends a user who is logged in to the dashboard', async () => {
    const { browser } = await register(site)

    const answer = await browser.visit('/')

    expect([answer.status, answer.headers.location]).toEqual([302, '/dashboard'])
  })
})
