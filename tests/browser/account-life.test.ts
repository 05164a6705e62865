import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { noteComplaints, openChromium } from '../support/chromium.ts'
import { hasChromium } from '../support/chromium-path.ts'
import { readLink } from '../support/mails.ts'
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

async function fill(page: Page, fields: Record<string, string>, button: string) {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value)
  }
  await page.locator('main').getByRole('button', { name: button, exact: true }).click()
}

const bodyOf = (page: Page) => page.locator('main').innerText()
const NEW_PASSWORD = 'mauve otter gantry 71 plum'

async function registerIn(page: Page) {
  const { username, email, password } = userFields()
  await page.goto('/register')
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
  return { username, email, password }
}

describe.runIf(hasChromium)('the life of an account in Chromium', () => {
  test('verifies an email, moves to another, and takes the account back from there', async () => {
    const context = await chromium.newContext({ baseURL: APP_URL })
    const complaints = noteComplaints(context)
    const page = await context.newPage()
    const { email } = await registerIn(page)

    await page.goto(await readLink(site, email, 'verify-email'))
    const shownUrl = page.url()
    await fill(page, {}, 'Verify email')
    const verified = await bodyOf(page)
    await page.goto('/account')
    await fill(page, { Email: `new.${email}` }, 'Change email')
    await page.goto(await readLink(site, `new.${email}`, 'verify-new-email'))
    await fill(page, {}, 'Verify email')
    await page.goto(await readLink(site, email, 'email-changed'))
    await fill(page, {}, 'Take the account back')
    await fill(
      page,
      { 'New password': NEW_PASSWORD, 'New password again': NEW_PASSWORD },
      'Set new password',
    )
    await fill(page, { 'User name or email': email, Password: NEW_PASSWORD }, 'Log in')
    await page.waitForURL('/dashboard')

    expect(shownUrl).toBe(`${APP_URL}/verify-email?opened=1`)
    expect(verified).toContain('Your email is verified.')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('forgets a password, closes the account and brings it back', async () => {
    const context = await chromium.newContext({ baseURL: APP_URL, javaScriptEnabled: false })
    const page = await context.newPage()
    const { username, email } = await registerIn(page)
    await page.locator('.menu summary').click()
    await page.getByRole('button', { name: 'Log out' }).click()

    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await fill(page, { Email: email }, 'Send link')
    await page.goto(await readLink(site, email, 'reset-password'))
    await fill(
      page,
      { 'New password': NEW_PASSWORD, 'New password again': NEW_PASSWORD },
      'Set new password',
    )
    await fill(page, { 'User name or email': username, Password: NEW_PASSWORD }, 'Log in')
    await page.goto('/account/delete')
    await fill(page, { 'User name': username, Password: NEW_PASSWORD }, 'Delete account')
    const closed = await bodyOf(page)
    await page.goto(await readLink(site, email, 'deletion-scheduled'))
    await fill(page, {}, 'Restore account')
    await fill(page, { 'User name or email': username, Password: NEW_PASSWORD }, 'Log in')
    await page.waitForURL('/dashboard')
    await page.goto('/account/activity')

    expect(closed).toContain('Your account is closed.')
    expect(await bodyOf(page)).toContain('Account restored')
    await context.close()
  })
})
