import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { hours } from '../../src/durations.ts'
import { hasChromium } from '../support/chromium-path.ts'
import { fill, openChromiumSite } from '../support/chromium-site.ts'
import { userFields } from '../support/users.ts'

const site = await openChromiumSite()
afterAll(site.close)

const bodyOf = (page: Page) => page.locator('main').innerText()

describe.runIf(hasChromium)('in Chromium', () => {
  test.each([
    ['with scripts', true],
    ['with scripts turned off', false],
  ])(
    'a user registers, is greeted, logs out, and is known again tomorrow, %s',
    async (_, scripts) => {
      const { page, complaints } = await site.openWindow({ javaScriptEnabled: scripts })
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
      await page.context().clearCookies({ name: 'session' })
      await page.goto('/account/devices')
      const tomorrow = await bodyOf(page)

      expect(greeting).toContain(`Hello, ${username}.`)
      expect(farewell).toContain('You are logged out.')
      expect(whyNot).toContain('Please log in to access this page.')
      expect(welcome).toContain(`Welcome back, ${username}`)
      expect(tomorrow).toContain('kept logged in')
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test('a form with mistakes says so where the eye and the screen reader are', async () => {
    const { page, complaints } = await site.openWindow()

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
    await page.context().close()
  })
})
