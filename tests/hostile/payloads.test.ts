import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { doJobs } from '../support/jobs.ts'
import { listSitePages } from '../support/pages.ts'
import { openServedApp } from '../support/served-app.ts'
import { register } from '../support/users.ts'
import { readSiteForms, rightFields, type SiteForm } from './forms.ts'
import { PAYLOADS } from './payloads.ts'

const site = await openServedApp()
afterAll(site.close)

const forms = await readSiteForms(site)
const ada = await register(site)
// After these the token of the page is another: the visitor has logged in or out.
const HAS_NEW_TOKEN = /login|register|logout|revoke-others/
const browsers = new Map<string, Promise<[Browser, string]>>()
const allowed = await collectMarkup()
const payloads = Object.values(PAYLOADS)
// A password is never shown and goes nowhere: one of each kind is enough.
const payloadsFor = (field: string) =>
  /password|confirm|current/.test(field) ? payloads.map(([first = '']) => first) : payloads.flat()
// Of a box to tick only its name counts.
const trials = forms.flatMap((form) =>
  form.fields
    .filter((field) => field !== 'remember')
    .map((field) => [`${field} of ${form.action}`, form, field] as const),
)

/** The elements of a page and, of each, the attributes: all that a page is made of but for its words. */
function readMarkup({ text }: Response): string[] {
  const tags = text.matchAll(/<([a-z!][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)/gi)
  return [...tags].flatMap(([, element = '', inside = '']) => {
    const names = inside.replace(/"[^"]*"|'[^']*'/g, '""').matchAll(/[^\s"'=/]+/g)
    return [element, ...[...names].map(([name]) => `${element} ${name}`)].map((each) =>
      each.toLowerCase(),
    )
  })
}

/** Everything that pages and forms are made of while only ordinary values are typed. */
async function collectMarkup(): Promise<Set<string>> {
  const visitor = site.browse()
  const answers: Response[] = []
  for (const { path } of listSitePages(site)) {
    answers.push(await visitor.visit(path), await ada.browser.visit(path))
  }
  for (const form of forms.filter(({ action }) => action !== '/logout')) {
    for (const value of ['', 'nothing odd']) answers.push(...(await sendWith(form, 'x', value)))
  }
  return new Set(answers.flatMap(readMarkup))
}

/** A browser that may send this form, and its token: the same one until a form has gone through. */
function senderOf({ action, needsLogin }: SiteForm): Promise<[Browser, string]> {
  const known = browsers.get(action)
  if (known) return known
  const browser = needsLogin ? ada.browser : site.browse()
  const opened = browser
    .takeToken('/forgot-password')
    .then((token): [Browser, string] => [browser, token])
  browsers.set(action, opened)
  return opened
}

/** Sends a form whose every field is right but one; gives the answers until a page is shown. */
async function sendWith(form: SiteForm, field: string, value: string): Promise<Response[]> {
  const [browser, _csrf] = await senderOf(form)
  const fields = { ...rightFields(form, ada), [field]: value }
  const answer = await browser.post(form.action, { _csrf, ...fields })
  if (answer.status !== 303) return [answer]
  if (HAS_NEW_TOKEN.test(form.action)) browsers.clear()
  return [answer, await browser.follow(answer)]
}

describe('whatever is typed', () => {
  test.each(trials)(
    'into %s adds nothing to a page, and leads nowhere else',
    async (_, form, field) => {
      for (const payload of payloadsFor(field)) {
        const [answer, page = answer] = await sendWith(form, field, payload)
        const { status, headers } = answer as Response
        const { text } = page as Response

        expect({ payload, status }).toEqual({ payload, status: expect.toBeOneOf([303, 422]) })
        expect(headers.location ?? '/').toMatch(/^\/(?![/\\])[\w/?=&%.-]*$/)
        expect(headers).not.toHaveProperty('x-added')
        expect(String(headers['set-cookie'])).not.toMatch(/(^|,)added=/)
        expect(readMarkup(page as Response).filter((each) => !allowed.has(each))).toEqual([])
        if (/[<>"']/.test(payload)) expect(text).not.toContain(payload)
        expect(text).not.toMatch(/1337|root:x/)
      }
    },
  )

  test('is kept as it was, and shown as nothing but words', async () => {
    const [browser] = [ada.browser]
    const name = '<b>"{{7*191}}"</b> \' OR 1=1'
    await browser.submit('/account', { name })

    const pages = [await browser.visit('/account'), await browser.visit('/dashboard')]
    const mails = await browser.visit('/dev/mailbox')

    for (const page of [...pages, mails]) {
      expect(readMarkup(page).filter((each) => !allowed.has(each))).toEqual([])
      expect(page.text).not.toMatch(/<b>|1337/)
    }
    const { name: kept } = await site.database.user.findFirstOrThrow({ where: { name } })
    expect(kept).toBe(name)
  })

  test('has mail sent to one recipient only', async () => {
    await doJobs(site)
    const where = { template: { not: { startsWith: 'job ' } } }
    const mails = await site.database.outboxMessage.findMany({ where })

    expect(mails.length).toBeGreaterThan(0)
    for (const { recipient } of mails) expect(recipient).toMatch(/^[^\s,;:<>"()]+@[a-z.]+$/)
  })
})
