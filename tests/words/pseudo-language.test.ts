import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { APP_NAME } from '../../src/app-name.ts'
import { createRenderer } from '../../src/mail/templates.ts'
import { listWordings } from '../mail/support/messages.ts'
import { renderOptions } from '../mail/support/outbox.ts'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { decode } from '../support/html.ts'
import { openLink } from '../support/journeys.ts'
import { LINK_KINDS } from '../support/link-kinds.ts'
import { listSitePages } from '../support/pages.ts'
import { openPseudoCatalogue, PSEUDO_LANGUAGE } from '../support/pseudo-language.ts'
import { register, registerVerified } from '../support/users.ts'

const LANGUAGE = PSEUDO_LANGUAGE
const { catalogue, remove } = openPseudoCatalogue()
const render = createRenderer({ ...renderOptions, appName: APP_NAME, catalogue })
const site = await openTestApp({}, undefined, catalogue)
afterAll(async () => {
  await site.close()
  remove()
})

async function speak(browser: Browser): Promise<Browser> {
  const _csrf = await browser.takeToken('/forgot-password')
  await browser.post('/language', { _csrf, language: LANGUAGE })
  return browser
}

const ATTRIBUTES =
  /\b(?:aria-label|title|placeholder|data-(?:show|hide|shown|hidden|progress|weak|good))="([^"]*)"/g

/** Words of a page that are no text of the catalogue; what users typed, times and names of languages and time zones aside. */
function findForeignWords(html: string): string[] {
  const untimed = html.replace(/<time\b[\s\S]*?<\/time>/g, '')
  const attributes = [...untimed.matchAll(ATTRIBUTES)].map(([, value]) => value)
  const shown = untimed
    .replace(/<(bdi|text)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<(button|option)[^>]* lang=[^>]*>[^<]*/g, '')
    .replace(/<option( selected)?>[^<]*/g, '')
  const words = [shown.replace(/<[^>]*>/g, ''), ...attributes].join('\n')
  let text = decode(words).replaceAll(APP_NAME, '')
  while (/\[[^[\]]*\]/.test(text)) text = text.replace(/\[[^[\]]*\]/g, '')
  return text.match(/[^\s]*\p{L}[^\n]*/gu) ?? []
}

const ada = await register(site)
const visitors = { 'logged out': site.browse(), 'logged in': ada.browser }
await Promise.all(Object.values(visitors).map(speak))

const pages = listSitePages(site).filter(({ path }) => path !== '/logout')
const forms = pages.filter(({ path, post }) => post && !path.endsWith('/export'))
const views = pages.filter(({ path, get }) => get && !/^\/(healthz|readyz|dev\/)/.test(path))

async function arrive(browser: Browser, answer: Response): Promise<string> {
  const { location } = answer.headers
  return location ? arrive(browser, await browser.visit(location)) : answer.text
}

describe.each(Object.entries(visitors))('for a visitor who is %s', (_, browser) => {
  test.each([...views.map(({ path }) => path), '/nowhere'])(
    '%s has no text of its own',
    async (path) => {
      const page = await arrive(browser, await browser.visit(path))

      expect(page).toContain(`<html lang="${LANGUAGE}">`)
      expect(findForeignWords(page)).toEqual([])
    },
  )

  test.each(forms.map(({ path }) => path))(
    '%s answers an empty form without a text of its own',
    async (path) => {
      const _csrf = await browser.takeToken('/forgot-password')
      const page = await arrive(browser, await browser.post(path, { _csrf }))

      expect(findForeignWords(page)).toEqual([])
    },
  )
})

test.each(LINK_KINDS)('the page of a link to $name has no text of its own', async ({ get }) => {
  const person = await registerVerified(site)
  const link = await get(site, person)
  const browser = await speak(site.browse())

  expect(findForeignWords((await openLink(browser, link)).text)).toEqual([])
})

test.each(listWordings('Ada').map((message) => ({ ...message, language: LANGUAGE })))(
  'a mail $template $words has no text of its own, in both parts',
  (message) => {
    const mail = render(message, new Date())
    const { subject, text, html } = mail

    expect(html).toContain(`<html lang="${LANGUAGE}">`)
    for (const part of [subject, text, html])
      expect(findForeignWords(part.replaceAll(mail.link, ''))).toEqual([])
  },
)

test('finds text that is in no catalogue', () => {
  expect(findForeignWords('<p>[Hello, <bdi>Ada</bdi>.] Again</p><a aria-label="Main">')).toEqual([
    'Again',
    'Main',
  ])
})
