import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readTitle } from '../support/html.ts'
import { register } from '../support/users.ts'

// What password managers, screen readers and phones read of every form. docs/forms.md has the list.

const site = await openTestApp()
afterAll(site.close)

const { browser } = await register(site)
const PUBLIC = ['/login', '/register', '/forgot-password', '/resend-verification']
const OWN = ['/account', '/account/password', '/account/delete', '/reauthenticate']
const PATHS = [...PUBLIC, ...OWN]

const visitorOf = (path: string) => (OWN.includes(path) ? browser : site.browse())
const visit = async (path: string) => (await visitorOf(path).visit(path)).text

type Tag = Record<string, string>

function readTags(html: string, name: string): Tag[] {
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'))
  return [...main.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(([, attributes = '']) =>
    Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, key, value = '']) => [
        key,
        value,
      ]),
    ),
  )
}

const shownInputs = (html: string) =>
  readTags(html, 'input').filter(({ type }) => type !== 'hidden')

describe.each(PATHS)('the form at %s', (path) => {
  test('has a label for each field, and names its own forms', async () => {
    const html = await visit(path)
    const labelled = readTags(html, 'label').map((label) => label.for)
    const fields = shownInputs(html).filter((field) => field['aria-hidden'] !== 'true')

    expect(fields.length).toBeGreaterThan(0)
    expect(fields.filter(({ id }) => !labelled.includes(id))).toEqual([])
    expect(readTags(html, 'button').filter(({ type }) => !type)).toEqual([])
    expect(html).not.toMatch(/autocomplete="off"|maxlength|placeholder=|onpaste/)
  })

  test('takes passwords whole, and never shows one again', async () => {
    const fields = shownInputs(await visit(path)).filter(({ type }) => type === 'password')

    for (const field of fields) {
      expect(field).toMatchObject({ autocapitalize: 'none', spellcheck: 'false' })
      expect(field.autocomplete).toMatch(/^(current|new)-password$/)
      expect(field).not.toHaveProperty('value')
    }
  })

  test('keeps its ids from load to load', async () => {
    const ids = async () => shownInputs(await visit(path)).map(({ id, name }) => [id, name])

    expect(await ids()).toEqual(await ids())
  })

  test('marks what is wrong in the summary, the title and the field alike', async () => {
    const page = await visitorOf(path).submit(path, { username: '', email: '' })
    const html = page.text
    const wrong = shownInputs(html).filter((field) => 'aria-invalid' in field)
    const linked = readTags(html, 'a').flatMap(({ href = '' }) => /^#(.+)/.exec(href)?.[1] ?? [])
    const inline = [...html.matchAll(/<span class="visually-hidden">Error:<\/span> ([^<]*)/g)]
    const [first = '', summary = ''] = html.split('<div class="error-summary"')

    expect(page.status).toBe(422)
    expect(readTitle(html)).toMatch(/^Error: /)
    expect(summary).toContain('role="alert"')
    expect(first).not.toContain('<h1')
    expect(inline.map(([, text]) => text)).toEqual(readErrors(html))
    expect(linked).toEqual(wrong.map(({ id }) => id))
    for (const field of wrong) expect(html).toContain(`id="${field['aria-describedby']}"`)
  })
})

test('a new password is told its rule, in the number of the settings', async () => {
  const { passwordMinLength } = site.settings
  const [field] = shownInputs(await visit('/register')).filter(({ minlength }) => minlength)

  expect(field).toMatchObject({
    minlength: String(passwordMinLength),
    passwordrules: `minlength: ${passwordMinLength}; allowed: ascii-printable;`,
    'aria-describedby': 'register-password-hint',
  })
  expect(await visit('/register')).toContain(`At least ${passwordMinLength} characters.`)
})

test.each([
  ['/login', 'username', 'username', 'text'],
  ['/register', 'username', 'username', 'text'],
  ['/register', 'email', 'email', 'email'],
  ['/forgot-password', 'email', 'email', 'email'],
])('at %s a browser fills in %s', async (path, name, autocomplete, type) => {
  const field = shownInputs(await visit(path)).find((each) => each.name === name)

  expect(field).toMatchObject({ autocomplete, type })
})

test('the user name stands beside a password that is changed or asked for, for password managers', async () => {
  for (const path of ['/account/password', '/reauthenticate'])
    expect(readTags(await visit(path), 'input')).toContainEqual(
      expect.objectContaining({ autocomplete: 'username', tabindex: '-1' }),
    )
})

test('no two pages share the id of a field', async () => {
  const pages = await Promise.all(PATHS.map(visit))
  const ids = pages.flatMap((html) => shownInputs(html).map(({ id }) => id))

  expect(ids).toEqual([...new Set(ids)])
})

test('no message blames or begs', () => {
  const file = new URL('../../src/words/en.json', import.meta.url)
  const texts = Object.entries<string>(JSON.parse(readFileSync(file, 'utf8')))
  const wrong = /\b(invalid|please|sorry|oops|forbidden|illegal)\b/i

  // These two are those of Flask-Login.
  const allowed = ['login.required', 'login.password-required']
  expect(texts.filter(([key, text]) => wrong.test(text) && !allowed.includes(key))).toEqual([])
})
