import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { decode, readErrors, readFlashes, readTitle } from '../support/html.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
const spanish = await openTestApp({ DEFAULT_LANGUAGE: 'es' }, site)
afterAll(async () => {
  await spanish.close()
})

const titleIn = async (browser: Browser, accepted: string) =>
  readTitle((await browser.visit('/login', { 'Accept-Language': accepted })).text)

async function choose(browser: Browser, language: string, query = '') {
  const _csrf = await browser.takeToken('/forgot-password')
  return browser.post(`/language${query}`, { _csrf, language })
}

describe('the language of a page', () => {
  test.each([
    ['es', 'Iniciar sesión'],
    ['es-MX,en;q=0.8', 'Iniciar sesión'],
    ['tlh,es;q=0.5', 'Iniciar sesión'],
    ['en-US,es;q=0.9', 'Log in'],
    ['tlh', 'Log in'],
    ['*', 'Log in'],
    [';;q=,', 'Log in'],
  ])('is the best that a browser accepts: %s', async (accepted, title) => {
    expect(await titleIn(site.browse(), accepted)).toBe(title)
  })

  test('is DEFAULT_LANGUAGE where a browser accepts none that there is', async () => {
    expect(await titleIn(spanish.browse(), 'tlh')).toBe('Iniciar sesión')
    expect(readTitle((await spanish.browse().visit('/login')).text)).toBe('Iniciar sesión')
    expect(await titleIn(spanish.browse(), 'en')).toBe('Log in')
  })

  test('is said in the page and in its header', async () => {
    const page = await site.browse().visit('/login', { 'Accept-Language': 'es' })

    expect(page.text).toContain('<html lang="es">')
    expect(page.headers['content-language']).toBe('es')
  })

  test('is that of an error page, too', async () => {
    const page = await site.browse().visit('/nowhere', { 'Accept-Language': 'es' })

    expect([page.status, readTitle(page.text)]).toEqual([404, 'Página no encontrada'])
  })

  test('is that of the reader, where a message was left in the other', async () => {
    const browser = site.browse()
    await browser.visit('/dashboard', { 'Accept-Language': 'en' })

    const page = await browser.visit('/login', { 'Accept-Language': 'es' })

    expect(readFlashes(page.text)).toEqual(['Inicia sesión para ver esta página.'])
  })
})

describe('POST /language', () => {
  test('keeps the choice, whatever the browser accepts', async () => {
    const browser = site.browse()
    await choose(browser, 'es')
    browser.restart()

    expect(await titleIn(browser, 'en')).toBe('Iniciar sesión')
    await choose(browser, 'en')
    expect(await titleIn(browser, 'es')).toBe('Log in')
  })

  test('goes back to the page with its way on, from the footer', async () => {
    const browser = site.browse()
    const page = await browser.visit('/login?next=/account/devices?a=1%26b=2')
    const [, action = ''] = /action="(\/language[^"]*)"/.exec(page.text) ?? []

    const _csrf = await browser.takeToken('/login')
    const answer = await browser.post(action, { _csrf, language: 'es' })

    expect(decode(page.text)).toContain('name="language" value="es" lang="es">Español</button>')
    expect(page.text).not.toContain('value="en"')
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/login?next=%2Faccount%2Fdevices%3Fa%3D1%26b%3D2')
  })

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example'])(
    'does not lead to %s',
    async (next) => {
      const answer = await choose(site.browse(), 'es', `?next=${encodeURIComponent(next)}`)

      expect([answer.status, answer.headers.location]).toEqual([303, '/'])
    },
  )

  test.each(['tlh', '', '__proto__', 'en.json'])('refuses %j', async (language) => {
    const browser = site.browse()

    expect((await choose(browser, language)).status).toBe(400)
    expect(browser.valueOf('language')).toBeUndefined()
  })

  test('is refused to another site', async () => {
    const browser = site.browse()

    expect((await browser.post('/language', { language: 'es' })).status).toBe(403)
    expect(browser.valueOf('language')).toBeUndefined()
  })

  test('serves users who are logged in', async () => {
    const { browser } = await register(site)
    await choose(browser, 'es')

    const page = await browser.visit('/account')
    const wrong = await browser.submit('/account', { username: '' })

    expect(readTitle(page.text)).toBe('Perfil')
    expect(readErrors(wrong.text)).toEqual(['Escribe un nombre de usuario.'])
  })
})

test('a cookie that names no language is no choice', async () => {
  const browser = site.browse()
  browser.cookies.set('language', { value: 'es', attributes: {}, expiresAt: null })

  expect(await titleIn(browser, 'en')).toBe('Log in')
})
