import { afterAll, describe, expect, test } from 'vitest'
import { hasChromium } from '../support/chromium-path.ts'
import { openChromiumSite, openWindowAs } from '../support/chromium-site.ts'
import { doJobs } from '../support/jobs.ts'
import { findUser } from '../support/journeys.ts'
import { findFlaws, findFlawsOf, LOOKS } from '../support/look.ts'
import { listSitePages, UNKNOWN_ID } from '../support/pages.ts'
import { logIn, type Person, register } from '../support/users.ts'

// The rooms of a user: dashboard, account, devices, activity; and the mailbox of development.

const site = await openChromiumSite()
afterAll(site.close)

let count = 0
const LONG = { username: 'Maximiliane-Friederike.von_32', name: 'Friederike'.repeat(10) }

/** A user with a long name, several devices, failed logins and mail. */
async function aBusyUser(language: string): Promise<Person> {
  const person = await register(site, { username: `${LONG.username}${language}${++count}` })
  const { id } = await findUser(site, person)
  await site.database.user.update({ where: { id }, data: { name: LONG.name, language } })
  for (let time = 0; time < 3; time++) {
    await logIn(site.browse(), { ...person, password: 'wrong' })
    await logIn(site.browse(), person)
  }
  await doJobs(site)
  await site.services.mail.sender.sendDue()
  return person
}

// A page of one row has nothing to show.
const PATHS = listSitePages(site)
  .filter(({ for: audience, get }) => get && ['logged-in', 'fresh'].includes(audience))
  .map(({ path }) => path)
  .filter((path) => !path.includes(UNKNOWN_ID))
  .concat('/account/activity?show=warning', '/logout', '/dev/mailbox')

const EXACT_TIME = `getComputedStyle(document.querySelector('main time'), '::after').content`

describe.runIf(hasChromium)('the rooms of a user in Chromium', () => {
  test.each(LOOKS)(
    'keep still, fit on 320 px and put up no barrier, in $locale and $colorScheme',
    async (look) => {
      const person = await aBusyUser(look.locale)
      const viewport = { width: 320, height: 800 }
      const { context, page, complaints } = await openWindowAs(site, person, { ...look, viewport })

      for (const path of PATHS) {
        expect(await findFlawsOf(page, path)).toEqual([])
        expect(await page.getAttribute('html', 'lang')).toBe(look.locale)
      }
      await page.locator('.menu summary').click()
      expect(await findFlaws(page)).toEqual([])

      expect(complaints.filter((line) => !line.includes('422'))).toEqual([])
      await context.close()
    },
  )

  test('lead from one to the other by keyboard, without scripts', async () => {
    const person = await aBusyUser('en')
    const { context, page } = await openWindowAs(site, person, { javaScriptEnabled: false })
    const pressEnter = async () => {
      const moved = page.waitForEvent('framenavigated')
      await page.keyboard.press('Enter')
      await moved
    }
    const press = async (name: string) => {
      await page.getByRole('main').getByRole('link', { name, exact: true }).first().focus()
      await pressEnter()
    }

    await page.goto('/dashboard')
    await press('All activity')
    await press('Warnings')
    const warnings = await page.getByRole('main').innerText()
    await press('Devices')
    await page.getByRole('button', { name: /^Log out browser 2/ }).focus()
    await pressEnter()
    const devices = await page.getByRole('main').innerText()
    await press('Profile')
    await press('Delete account…')
    await press('Cancel')

    expect(warnings).toContain('Failed attempt to log in')
    expect(warnings).not.toContain('Logged in')
    expect(devices).toContain('That browser is logged out.')
    expect(new URL(page.url()).pathname).toBe('/account')
    await context.close()
  })

  test('show exact times to the keyboard, which stops at none of them', async () => {
    const person = await aBusyUser('en')
    const { context, page } = await openWindowAs(site, person, { javaScriptEnabled: false })
    await page.goto('/dashboard')
    const shown = () => page.evaluate<string>(EXACT_TIME)
    const before = await shown()

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const skipped = await shown()
    await page.keyboard.press('Tab')

    expect([before, skipped]).toEqual(['none', expect.stringMatching(/20\d\d, .* UTC\)/)])
    expect(await shown()).toBe(skipped)
    expect(await page.locator('time[tabindex]').count()).toBe(0)
    await context.close()
  })

  test('the mailbox shows a mail as it looks, whose link opens in another window', async () => {
    const person = await aBusyUser('en')
    const { context, page, complaints } = await openWindowAs(site, person)
    await page.goto(`/dev/mailbox?to=${encodeURIComponent(person.email)}`)
    const frame = page.frameLocator('iframe')

    const shown = await frame.locator('body').innerText()
    const opened = context.waitForEvent('page')
    await frame.getByRole('link').first().click()
    const other = await opened
    await other.waitForURL(/verify-email/)

    expect(shown).toContain('Verify')
    expect(complaints).toEqual([])
    await context.close()
  })
})
