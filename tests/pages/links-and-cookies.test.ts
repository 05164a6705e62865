import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readForm } from '../support/html.ts'
import {
  forgetPassword,
  LINK_IS_OVER,
  moveTo,
  newPassword,
  openLink,
  pathOf,
} from '../support/journeys.ts'
import { LINK_KINDS } from '../support/link-kinds.ts'
import { type Person, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a link in an email, opened where cookies are blocked', () => {
  test.each(LINK_KINDS)('says that cookies are needed: $name', async ({ get }) => {
    const link = await get(site, await register(site))
    const opened = await site.browse().visit(link)

    // Another browser, as this one has kept none of what came with the redirect.
    const page = await site.browse().visit(String(opened.headers.location))

    expect(page.status).toBe(200)
    expect(page.text).toContain('This page needs cookies')
    expect(page.text).not.toContain(LINK_IS_OVER)
  })

  test('says that it is over where cookies are kept and it was used', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const page = await openLink(browser, link)
    await browser.post(pathOf(link), { ...readForm(page.text, pathOf(link)), ...newPassword })

    expect((await openLink(browser, link)).text).toContain(LINK_IS_OVER)
    expect((await site.browse().visit(pathOf(link))).text).toContain(LINK_IS_OVER)
  })
})

describe('a page to choose a new password', () => {
  test('works as long as its link: 59 minutes, and a refused password in between', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const page = await openLink(browser, link)
    const form = { ...readForm(page.text, pathOf(link)), ...newPassword }

    site.clock.advance(minutes(40))
    const refused = await browser.post(pathOf(link), { ...form, password: 'short' })
    site.clock.advance(minutes(19))
    const answer = await browser.post(pathOf(link), form)

    expect([refused.status, answer.status]).toEqual([422, 303])
  })

  test('is over with its link', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const page = await openLink(browser, link)
    site.clock.advance(minutes(61))

    const form = { ...readForm(page.text, pathOf(link)), ...newPassword }
    const answer = await browser.post(pathOf(link), form)

    expect(answer.status).toBe(422)
    expect(answer.text).toContain(LINK_IS_OVER)
  })
})

test.each([
  ['/reset-password', (ada: Person) => forgetPassword(site, ada)],
  ['/undo-email', (ada: Person) => moveTo(site, ada, `new.${ada.email}`)],
])('%s says which account its link is about', async (_, get) => {
  const ada = await register(site)

  const page = await openLink(site.browse(), await get(ada))

  expect(page.text).toContain(`account <strong><bdi>${ada.username}</bdi></strong>`)
})
