import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hours } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { noteComplaints, openChromium } from '../support/chromium.ts'
import { hasChromium } from '../support/chromium-path.ts'
import { userFields } from '../support/users.ts'

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const APP_URL = `http://localhost:${port}`
const site = await openTestApp({ APP_URL })
server.on('request', site.app)

let chromium: Browser
beforeAll(async () => {
  if (hasChromium) chromium = await openChromium()
})
afterAll(async () => {
  await chromium?.close()
  server.closeAllConnections()
  server.close()
  await site.close()
})

async function openWindow(javaScriptEnabled: boolean) {
  const context = await chromium.newContext({ baseURL: APP_URL, javaScriptEnabled })
  const complaints = noteComplaints(context)
  return { context, complaints, page: await context.newPage() }
}

async function fill(page: Page, fields: Record<string, string>, button: string) {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value)
  }
  await page.locator('main').getByRole('button', { name: button, exact: true }).click()
}

const bodyOf = (page: Page) => page.locator('main').innerText()

describe.runIf(hasChromium)('in Chromium', () => {
  test.each([
    ['with scripts', true],
    ['with scripts turned off', false],
  ])(
    'a user registers, is greeted, logs out, and is known again tomorrow, %s',
    async (_, scripts) => {
      const { context, page, complaints } = await openWindow(scripts)
      const { username, email, password } = userFields()

      await page.goto('/')
      await page.getByRole('link', { name: 'Register' }).first().click()
      await fill(
        page,
        {
          'User name': username,
          Email: email,
          Password: password,
          'Password again': password,
        },
        'Register',
      )
      await page.waitForURL('/dashboard')
      const greeting = await bodyOf(page)

      await page.locator('.menu summary').click()
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.waitForURL('/login')
      const farewell = await bodyOf(page)
      await page.goto('/dashboard')
      const whyNot = await bodyOf(page)

      await page.getByLabel(/^Keep me logged in/).check()
      await fill(page, { 'User name or email': username, Password: password }, 'Log in')
      await page.waitForURL('/dashboard')
      const welcome = await bodyOf(page)

      site.clock.advance(hours(24))
      await context.clearCookies({ name: 'session' })
      await page.goto('/account/devices')
      const tomorrow = await bodyOf(page)

      expect(greeting).toContain(`Hello, ${username}.`)
      expect(farewell).toContain('You are logged out.')
      expect(whyNot).toContain('Please log in to access this page.')
      expect(welcome).toContain(`Welcome back, ${username}`)
      expect(tomorrow).toContain('kept logged in')
      expect(complaints).toEqual([])
      await context.close()
    },
  )

  test('a form with mistakes says so where the eye and the screen reader are', async () => {
    const { context, page, complaints } = await openWindow(true)

    await page.goto('/register')
    await fill(page, { 'User name': 'x' }, 'Register')
    const title = await page.title()
    const focused = await page.locator(':focus').getAttribute('class')
    await page.getByRole('link', { name: /Use 2 to 32/ }).click()
    const field = await page.locator(':focus').getAttribute('name')

    expect(title).toMatch(/^Error: /)
    expect(focused).toBe('error-summary')
    expect(field).toBe('username')
    expect(complaints.filter((line) => !line.includes('422'))).toEqual([])
    await context.close()
  })
})
