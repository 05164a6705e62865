import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { hasChromium } from '../support/chromium-path.ts'
import { fill, openChromiumSite } from '../support/chromium-site.ts'
import { userFields } from '../support/users.ts'

const site = await openChromiumSite()
afterAll(site.close)

const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
const LONG_NAME = `w${'-long-name'.repeat(2)}`

async function registerIn(page: Page, username?: string) {
  const user = userFields(username ? { username } : {})
  await page.goto('/register')
  const fields = {
    'User name': user.username,
    Email: user.email,
    Password: user.password,
    'Password again': user.password,
  }
  await fill(page, fields, 'Register')
  await page.waitForURL('/dashboard')
}

describe.runIf(hasChromium)('the menu of a user in Chromium', () => {
  test('opens and closes with the keyboard, and logs out', async () => {
    const { page, complaints } = await site.openWindow()
    await registerIn(page)
    const menu = page.locator('.menu-list')

    await page.locator('.menu summary').focus()
    await page.keyboard.press('Enter')
    const opened = await menu.isVisible()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    const closed = await menu.isHidden()
    const focused = await page.locator(':focus').evaluate(({ tagName }) => tagName)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('/login')

    expect([opened, closed, focused]).toEqual([true, true, 'SUMMARY'])
    expect(complaints).toEqual([])
  })

  test('closes at a press beside it, and when the focus goes on', async () => {
    const { page } = await site.openWindow()
    await registerIn(page)
    const menu = page.locator('.menu-list')

    await page.locator('.menu summary').click()
    await page.locator('h1').click()
    const afterPress = await menu.isHidden()
    await page.locator('.menu summary').click()
    for (let steps = 0; steps < 3; steps++) await page.keyboard.press('Tab')

    expect([afterPress, await menu.isHidden()]).toEqual([true, true])
  })

  test('works without scripts', async () => {
    const { page } = await site.openWindow({ javaScriptEnabled: false })
    await registerIn(page)

    await page.locator('.menu summary').click()
    await page.getByRole('button', { name: 'Log out' }).click()

    expect(new URL(page.url()).pathname).toBe('/login')
  })

  test.each(['en', 'es'])(
    'cuts a long name: the header is one row on a phone, in %s',
    async (locale) => {
      const { page } = await site.openWindow({ viewport: { width: 320, height: 640 } })
      await registerIn(page, `${LONG_NAME}-${locale}`)
      if (locale === 'es') await page.getByRole('button', { name: 'Español' }).click()

      const header = await page.locator('header').boundingBox()
      const overflow = await page.evaluate(OVERFLOW)

      expect(header?.height).toBe(72)
      expect(overflow).toBe(0)
    },
  )
})
