import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, readField, readTitle } from '../support/html.ts'
import { findUser, followLink } from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { logIn, type Person, register, userFields } from '../support/users.ts'

const site = await openTestApp()
const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
afterAll(verified.close)

const IN_SPANISH = { 'Accept-Language': 'es' }
const titleOf = async (browser: Browser, headers = {}) =>
  readTitle((await browser.visit('/account', headers)).text)
const readPlace = async ({ browser }: Person) => {
  const { text } = await browser.visit('/account')
  return [readField(text, '/account', 'language'), readField(text, '/account', 'timeZone')]
}

async function registerIn(language: string): Promise<Person> {
  const browser = site.browse()
  browser.headers['Accept-Language'] = language
  const fields = userFields()
  await browser.submit('/register', fields)
  return { ...fields, browser }
}

describe('the language of a user', () => {
  test('is that of the page on which they registered', async () => {
    const ada = await registerIn('es')

    expect(await findUser(site, ada)).toMatchObject({ language: 'es', timeZone: null })
    expect(await titleOf(ada.browser, { 'Accept-Language': 'en' })).toBe('Perfil')
  })

  test('is that of the registration where the email is verified first, in another browser', async () => {
    const browser = verified.browse()
    browser.headers['Accept-Language'] = 'es'
    const fields = userFields()
    await browser.submit('/register', fields)

    const link = await readLink(verified, fields.email, 'verify-email')
    await followLink(verified.browse(), link, { password: fields.password })

    expect(await findUser(site, fields)).toMatchObject({ language: 'es' })
  })

  test('goes before the cookie and before what the browser accepts', async () => {
    const ada = await registerIn('en')
    const other = site.browse()
    const _csrf = await other.takeToken('/forgot-password')
    await other.post('/language', { _csrf, language: 'es' })
    const before = readTitle((await other.visit('/login')).text)

    await logIn(other, ada)

    expect(before).toBe('Iniciar sesión')
    expect(await titleOf(other, IN_SPANISH)).toBe('Profile')
  })

  test('is set in the footer, for every browser of the user', async () => {
    const ada = await registerIn('en')
    const other = site.browse()
    await logIn(other, ada)

    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.post('/language', { _csrf, language: 'es' })

    expect(await titleOf(other)).toBe('Perfil')
    expect(await findUser(site, ada)).toMatchObject({ language: 'es' })
  })

  test('is set on the profile, also to that of the browser', async () => {
    const ada = await registerIn('en')

    await ada.browser.submit('/account', { language: 'es' })
    const chosen = await titleOf(ada.browser)
    await ada.browser.submit('/account', { language: '' })

    expect(chosen).toBe('Perfil')
    expect(await titleOf(ada.browser, IN_SPANISH)).toBe('Perfil')
    expect(await titleOf(ada.browser, { 'Accept-Language': 'en' })).toBe('Profile')
    expect(await findUser(site, ada)).toMatchObject({ language: null })
  })

  test('stays in the browser that chose it on the profile, once the user has logged out', async () => {
    const { browser } = await registerIn('en')
    await browser.submit('/account', { language: 'es' })

    await browser.submit('/logout')

    expect(readTitle((await browser.visit('/login')).text)).toBe('Iniciar sesión')
  })
})

describe('the time zone of a user', () => {
  test('is chosen on the profile, and stays when another form is saved', async () => {
    const ada = await register(site)
    const before = await readPlace(ada)

    await ada.browser.submit('/account', { timeZone: 'Europe/Madrid' })
    await ada.browser.submit('/account', { name: 'Ada' })

    expect(before).toEqual(['en', ''])
    expect(await readPlace(ada)).toEqual(['en', 'Europe/Madrid'])
    expect(await findUser(site, ada)).toMatchObject({ name: 'Ada', timeZone: 'Europe/Madrid' })
  })

  test.each([
    ['UTC', 'UTC'],
    // Whichever of its names this version of Node prefers.
    [
      'asia/kolkata',
      new Intl.DateTimeFormat('en', { timeZone: 'Asia/Kolkata' }).resolvedOptions().timeZone,
    ],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['', null],
  ])('%j is kept as %j', async (typed, kept) => {
    const ada = await register(site)

    await ada.browser.submit('/account', { timeZone: typed })

    expect(await findUser(site, ada)).toMatchObject({ timeZone: kept })
    expect(await readPlace(ada)).toEqual(['en', kept ?? ''])
  })
})

test.each([
  { language: 'tlh' },
  { language: '__proto__' },
  { timeZone: 'Europe/Atlantis' },
  { timeZone: '+01:00' },
  { timeZone: 'x'.repeat(65) },
  { timeZone: 'Europe/Madrid\0' },
])('%j is refused', async (fields) => {
  const ada = await register(site)

  const answer = await ada.browser.submit('/account', fields)

  expect(answer.status).toBe(422)
  expect(readErrors(answer.text)).toHaveLength(1)
  expect(await findUser(site, ada)).toMatchObject({ language: 'en', timeZone: null })
})

test('a form without language and time zone changes neither', async () => {
  const ada = await register(site)
  await ada.browser.submit('/account', { timeZone: 'Europe/Madrid' })

  const _csrf = await ada.browser.takeToken('/account')
  const { username, email } = ada
  await ada.browser.post('/account', { _csrf, username, email, name: 'Ada' })

  expect(await readPlace(ada)).toEqual(['en', 'Europe/Madrid'])
})

test('the data of an account holds both', async () => {
  const ada = await register(site)
  await ada.browser.submit('/account', { timeZone: 'Europe/Madrid' })

  const page = await ada.browser.submit('/account', {}, '/account/export')

  expect(JSON.parse(page.text).account).toMatchObject({ language: 'en', timeZone: 'Europe/Madrid' })
})
