import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import type { Browser } from '../support/browser.ts'
import { openServedApp } from '../support/served-app.ts'
import { type Person, register } from '../support/users.ts'
import { FORMS, type SiteForm } from './forms.ts'
import { listPages } from './site-pages.ts'

const site = await openServedApp()
afterAll(site.close)

const HEADERS = listSecurityHeaders(false)
// What he sends may have to wait until he has given his password again, in the session.
const stale = await register(site)
site.clock.advance(minutes(11))
const ada = await register(site)
const senders = fc.constantFrom(ada, stale)

/** Sends a form of somebody who is logged in, or of a stranger where it is for those, with a token that is good. */
async function sendForm(form: SiteForm, sender: Person, body: string, query = '') {
  const { action, isForMembers } = form
  const browser = isForMembers ? sender.browser : site.browse()
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

// What has gone wrong elsewhere: names of prototypes, of arrays, of other programs' fields; texts with
// what a database, a header, a template or a terminal reads in a way of its own.
const names = fc.oneof(
  fc.constantFrom(...new Set(FORMS.flatMap(({ fields }) => fields)), '_csrf', ''),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'),
  fc.constantFrom(
    'username[]',
    'username[k]',
    'password[$ne]',
    '__proto__[isActive]',
    'a.b',
    '_method',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '\ufffe',
    '\u202e',
    '\u2028',
    '\ufdfa'.repeat(254),
    'ß'.repeat(33),
  ),
  fc.constantFrom(
    'a'.repeat(255),
    'a@b.example',
    `${'x'.repeat(64)}@example.org`,
    '１２',
    '0',
    'true',
  ),
  fc.constantFrom(
    '/dashboard',
    '//evil.example',
    ada.username,
    ada.email,
    'on',
    '[]',
    '{}',
    'null',
  ),
)
const fieldsOf = (form: SiteForm) =>
  fc.tuple(
    fc.array(fc.tuple(names, values), { maxLength: 6 }),
    fc.record(Object.fromEntries(form.fields.map((name) => [name, values])), { requiredKeys: [] }),
  )

const forms = fc.constantFrom(...FORMS)

describe('every form of the site', () => {
  test('is one that these tests know of', () => {
    const known = FORMS.map(({ action }) => action).sort()

    const taking = listPages(site.app).filter(({ takesForm }) => takesForm)

    expect(taking.map(({ path }) => path).sort()).toEqual(known)
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
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((all) => [...all].map(escapeByte).join('')),
      fc.string({
        unit: fc.constantFrom('%', '&', '=', '+', ';', '[', ']', '0', 'f', 'a'),
        maxLength: 60,
      }),
    )

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

// Two of three as they are where an address or a form may hold them, the others in percent.
function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte)
  return /[\w=&+.-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`
}
