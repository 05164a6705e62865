import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import type { Browser } from '../support/browser.ts'
import { openServedApp } from '../support/served-app.ts'
import { type Person, register } from '../support/users.ts'
import { bytes, fieldsOf, values } from './any-fields.ts'
import { readSiteForms, type SiteForm } from './forms.ts'

const site = await openServedApp()
afterAll(site.close)

const HEADERS = listSecurityHeaders('off')
// What he sends may have to wait until he has given his password again, in the session.
const stale = await register(site, { username: 'bob' })
site.clock.advance(minutes(11))
const ada = await register(site, { username: 'ada' })
const senders = fc.constantFrom(ada, stale)

/** Sends a form with a good token, as a user or, where it is for those, as a visitor who is logged out. */
async function sendForm(form: SiteForm, sender: Person, body: string, query = '') {
  const { action, needsLogin } = form
  const browser = needsLogin ? sender.browser : site.browse()
  const _csrf = await browser.takeToken('/forgot-password')
  return browser.post(`${action}${query}`, `${body}&_csrf=${encodeURIComponent(_csrf)}`)
}

/** Says whether an answer is one that this site gives to what it does not understand, or to what it does. */
function isInKind({ status, headers }: Awaited<ReturnType<Browser['post']>>): boolean {
  const isStatus = [200, 303, 400, 403, 404, 413, 422].includes(status)
  const isOnSite = /^\/(?![/\\])/.test(headers.location ?? '/')
  return (
    isStatus &&
    isOnSite &&
    Object.entries(HEADERS).every(([name, value]) => headers[name] === value)
  )
}

async function expectInKind(answer: Awaited<ReturnType<Browser['post']>>): Promise<void> {
  expect({
    status: answer.status,
    to: answer.headers.location,
    isInKind: isInKind(answer),
  }).toEqual({
    status: answer.status,
    to: answer.headers.location,
    isInKind: true,
  })
}

const known = await readSiteForms(site)
const forms = fc.constantFrom(...known)

describe('every form of the site', () => {
  test('is known with its fields', () => {
    expect(known.find(({ action }) => action === '/register')?.fields).toEqual([
      'next',
      'username',
      'email',
      'password',
      'confirm',
    ])
    expect(known.length).toBeGreaterThan(15)
  })

  test('answers any fields with any values in kind', async () => {
    const sendings = forms.chain((form) => fc.tuple(fc.constant(form), senders, fieldsOf(form)))

    await fc.assert(
      fc.asyncProperty(sendings, async ([form, sender, [others, own]]) => {
        const pairs = [...Object.entries(own as Record<string, string>), ...others]
        await expectInKind(await sendForm(form, sender, new URLSearchParams(pairs).toString()))
      }),
      { numRuns: 80 },
    )
  })

  test('answers any bytes in kind', async () => {
    await fc.assert(
      fc.asyncProperty(forms, senders, bytes, async (form, sender, body) => {
        await expectInKind(await sendForm(form, sender, body))
      }),
      { numRuns: 50 },
    )
  })

  test('answers any query in kind', async () => {
    const queries = fc.oneof(
      fc.webQueryParameters(),
      fc
        .tuple(fc.constantFrom('next', 'token', '_csrf', 'next[]', '__proto__'), values)
        .map(([name, value]) => new URLSearchParams([[name, value]]).toString()),
    )

    await fc.assert(
      fc.asyncProperty(forms, senders, queries, async (form, sender, query) => {
        await expectInKind(await sendForm(form, sender, '', `?${query}`))
      }),
      { numRuns: 30 },
    )
  })
})
