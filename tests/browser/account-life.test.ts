import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { hasChromium } from '../support/chromium-path.ts'
import { fill, openChromiumSite } from '../support/chromium-site.ts'
import { readLink } from '../support/mails.ts'
import { userFields } from '../support/users.ts'

const site = await openChromiumSite()
afterAll(site.close)

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
    const { page, complaints } = await site.openWindow()
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

    expect(shownUrl).toBe(`${site.url}/verify-email?opened=1`)
    expect(verified).toContain('The email is verified.')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('forgets a password, closes the account and brings it back', async () => {
    const { page } = await site.openWindow({ javaScriptEnabled: false })
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
    await page.context().close()
  })
})
