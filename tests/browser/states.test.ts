import type { RequestHandler } from 'express'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { openTestApp } from '../support/app.ts'
import { hasChromium } from '../support/chromium-path.ts'
import { openChromiumSite, openWindowAs } from '../support/chromium-site.ts'
import { LINK_KINDS } from '../support/link-kinds.ts'
import { findFlaws, findFlawsOf, LOOKS, press } from '../support/look.ts'
import { register } from '../support/users.ts'

// Pages as few visitors see them: behind links from emails, empty, and in place of what failed.

const site = await openChromiumSite()
const development = await openTestApp({ NODE_ENV: 'development' }, site)
afterAll(site.close)

/** What fails, by its path. */
const FAILURES: Record<string, RequestHandler> = {
  '/fails': () => {
    throw new TypeError('not a function')
  },
  '/fails/busy': () => {
    throw new HttpError(503, 'busy', 10)
  },
  '/fails/throttled': () => {
    throw new HttpError(429, 'too many', 900)
  },
}

for (const { app } of [site, development]) {
  for (const [path, handler] of Object.entries(FAILURES)) app.get(path, handler)
  // Before the answer to unknown URLs.
  const { stack } = app.router
  const added = stack.splice(-Object.keys(FAILURES).length)
  stack.splice(-2, 0, ...added)
}

/** Forms that are refused unread, as a script would make them. */
const SPOILED = {
  'too large': `(input) => { input.value = 'x'.repeat(200_000) }`,
  'of another kind': `(input) => { input.form.enctype = 'text/plain' }`,
  stale: `(input) => { input.form._csrf.value = 'stale' }`,
}

const narrow = { viewport: { width: 320, height: 640 } }

async function sendSpoiled(page: Page, how: string) {
  await page.goto('/forgot-password')
  await page
    .locator('main [name=email]')
    .evaluate(`(${how})(document.querySelector('main [name=email]'))`)
  await press(page, 'main button.primary')
}

describe.runIf(hasChromium)('keeps still, fits on 320 px and puts up no barrier', () => {
  describe.each(LOOKS)('in $locale and $colorScheme', (look) => {
    test('what a link leads to, while it works and after', async () => {
      const { page, complaints } = await site.openWindow({ ...look, ...narrow })

      for (const kind of LINK_KINDS) {
        const link = await kind.get(site, await register(site))
        expect(await findFlawsOf(page, link)).toEqual([])
        await page.context().clearCookies()
        await page.goto(link.split('?')[0] ?? '')
        expect(await findFlaws(page)).toEqual([])
      }
      expect(complaints.filter((line) => !line.includes('422'))).toEqual([])
      await page.context().close()
    })

    test('an error', async () => {
      const { page } = await site.openWindow({ ...look, ...narrow })
      const flaws: string[] = []
      const note = async () => void flaws.push(...(await findFlaws(page)))

      for (const path of [
        '/fails',
        '/fails/busy',
        '/fails/throttled',
        `${development.url}/fails`,
      ]) {
        await page.goto(path)
        await note()
      }
      for (const how of Object.values(SPOILED)) {
        await sendSpoiled(page, how)
        await note()
      }

      expect(flaws).toEqual([])
      await page.context().close()
    })

    test('what is asked once more, and what is empty', async () => {
      const person = await register(site)
      const { page, context } = await openWindowAs(site, person, { ...look, ...narrow })
      await page.goto('/account/activity?show=warning')
      const flaws = await findFlaws(page)

      site.clock.advance(minutes(11))
      await page.goto('/account')
      await page.locator('#email [name=email]').fill(`new.${person.email}`)
      await press(page, '#email > form button')
      expect(new URL(page.url()).pathname).toBe('/reauthenticate')
      flaws.push(...(await findFlaws(page)))
      await page.locator('[name=password]').fill(person.password)
      await press(page, 'main button.primary')
      flaws.push(...(await findFlaws(page)))
      await page.goto('/dev/mailbox?to=none@example.org')
      flaws.push(...(await findFlaws(page)))

      expect(flaws).toEqual([])
      await context.close()
    })
  })
})
