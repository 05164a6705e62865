import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readForm, readLinks } from '../support/html.ts'
import { PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

/** The links in the card of an error page, without those of the layout. */
const linksOf = (html: string) =>
  readLinks(/<div class="card">[\s\S]*?<\/main>/.exec(html)?.[0] ?? '')

const wrong = { username: 'ada', password: 'not the password' }

describe('the page of a 403', () => {
  test.each([
    ['/forgot-password', '/forgot-password'],
    ['/account/devices/0e4f6e2e-6a86-4b3f-9a47-0d6d2f4c9f10/revoke', '/account/devices'],
    ['/account/devices/revoke-others', '/account/devices'],
    ['/account/export', '/account'],
    ['/account/keep-email', '/account'],
  ])('of %s leads back to the form, on %s', async (path, form) => {
    const { browser } = await register(site)

    const answer = await browser.post(path, {}, { 'Sec-Fetch-Site': 'cross-site' })

    expect(answer.status).toBe(403)
    expect(linksOf(answer.text)).toEqual([form, '/'])
  })
})

describe('the page of a 404', () => {
  test('leads to the start page', async () => {
    expect(linksOf((await site.browse().visit('/nowhere')).text)).toEqual(['/'])
  })
})

describe('the page of a 405', () => {
  test('leads to the page that the form stands on', async () => {
    const answer = await site.browse().visit('/account/export')

    expect([answer.status, linksOf(answer.text)]).toEqual([405, ['/account', '/']])
  })
})

describe('the page of a 429', () => {
  test('of too many logins leads back to the form, with where it goes on, and to a new password', async () => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const browser = guarded.browse()
    const page = await browser.visit('/login?next=%2Faccount')
    const form = { ...readForm(page.text, '/login'), ...wrong }

    let answer = await browser.post('/login', form)
    for (let count = 0; count < 20 && answer.status !== 429; count++)
      answer = await browser.post('/login', form)
    await guarded.close()

    expect(answer.status).toBe(429)
    expect(linksOf(answer.text)).toEqual(['/login?next=%2Faccount', '/forgot-password', '/'])
  })

  test.each([
    ['/reauthenticate', { password: 'wrong' }],
    [
      '/account/password',
      {
        current: 'wrong',
        password: 'a gondola full of marmalade',
        confirm: 'a gondola full of marmalade',
      },
    ],
    ['/account/delete', { password: 'wrong' }],
  ])('of too many passwords at %s leads to a new one', async (path, fields) => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const { browser, username } = await register(guarded)
    const form = { ...readForm((await browser.visit(path)).text, path), ...fields, username }

    let answer = await browser.post(path, form)
    for (let count = 0; count < 20 && answer.status !== 429; count++)
      answer = await browser.post(path, form)
    await guarded.close()

    expect(answer.status).toBe(429)
    expect(linksOf(answer.text)).toEqual([path, '/forgot-password', '/'])
  })

  test('of too many emails leads back to the form', async () => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const browser = guarded.browse()

    let answer = await browser.submit('/forgot-password', { email: 'ada@example.org' })
    for (let count = 0; count < 20 && answer.status !== 429; count++)
      answer = await browser.submit('/forgot-password', { email: 'ada@example.org' })
    await guarded.close()

    expect([answer.status, linksOf(answer.text)]).toEqual([429, ['/forgot-password', '/']])
  })
})

describe('the page of a 500', () => {
  test('leads to the same page again, or back to the form', async () => {
    const broken = await openTestApp()
    const { browser, username } = await register(broken)
    const form = await browser.visit('/account/delete')
    await broken.database.$executeRaw`DROP TABLE "SecurityEvent"`

    const fields = { ...readForm(form.text, '/account/delete'), username, password: PASSWORD }
    const [shown, sent] = [
      await browser.visit('/dashboard'),
      await browser.post('/account/delete', fields),
    ]
    await broken.close()

    expect([shown.status, linksOf(shown.text)]).toEqual([500, ['/dashboard', '/']])
    expect([sent.status, linksOf(sent.text)]).toEqual([500, ['/account/delete', '/']])
  })
})

describe('the page of a 413, a 415 or a 400', () => {
  test.each([
    [413, 'x'.repeat(40_000), 'application/x-www-form-urlencoded'],
    [415, '{}', 'application/json'],
    [400, '%ff', 'application/x-www-form-urlencoded'],
  ])('leads back to the form: %d', async (status, body, type) => {
    const answer = await site.browse().post('/login', body, { 'Content-Type': type })

    expect([answer.status, linksOf(answer.text)]).toEqual([status, ['/login', '/']])
  })
})
