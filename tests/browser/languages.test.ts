import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APP_NAME } from '../../src/app-name.ts'
import { minutes, seconds } from '../../src/durations.ts'
import { createRenderer } from '../../src/mail/templates.ts'
import { catalogue } from '../../src/words/catalogue.ts'
import type { Key } from '../../src/words/words.ts'
import { listWordings } from '../mail/support/messages.ts'
import { renderOptions } from '../mail/support/outbox.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { noteComplaints, openChromium } from '../support/chromium.ts'
import { hasChromium } from '../support/chromium-path.ts'
import { doJobs } from '../support/jobs.ts'
import { findUser } from '../support/journeys.ts'
import { listSitePages } from '../support/pages.ts'
import { openPseudoCatalogue, PSEUDO_LANGUAGE } from '../support/pseudo-language.ts'

const pseudo = openPseudoCatalogue()
const closing: (() => unknown)[] = [pseudo.remove]

/** The application where a browser finds it. */
async function serve(words?: typeof catalogue): Promise<TestApp & { origin: string }> {
  let listener: RequestListener = () => {}
  const server = createServer((req, res) => listener(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const site = await openTestApp({ APP_URL: origin }, undefined, words)
  listener = site.app
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
    site.close,
  )
  return { ...site, origin }
}

const site = await serve()
const pseudoSite = await serve(pseudo.catalogue)

let chromium: Browser
beforeAll(async () => {
  if (hasChromium) chromium = await openChromium()
})
afterAll(async () => {
  await chromium?.close()
  for (const close of closing) await close()
})

const say = (key: Key) => catalogue.wordsOf('es').say(key)

async function openWindow(options: BrowserContextOptions) {
  const context = await chromium.newContext({ viewport: { width: 390, height: 800 }, ...options })
  return { context, complaints: noteComplaints(context), page: await context.newPage() }
}

const wordsIn = (text: string) => text.toLowerCase().match(/\p{L}{2,}/gu) ?? []
const readTexts = (language: string) =>
  readFileSync(new URL(`../../src/words/${language}.json`, import.meta.url), 'utf8')

// What our English texts say and our Spanish ones never do, and the short words of any English text.
const ENGLISH = new Set(wordsIn(readTexts('en').replace(/"[^"]*":/g, '')))
const SPANISH = wordsIn(readTexts('es').replace(/"[^"]*":/g, ''))
for (const word of SPANISH) ENGLISH.delete(word)
for (const word of 'the and of to you your is was with this that it for from on at ago'.split(' '))
  ENGLISH.add(word)

// The login page of development names it.
const SEEDED_PASSWORD = 'a quiet harbour at dawn'

// Hidden words too, but not the names of languages and time zones.
const READ_PAGE = `(() => {
  const copy = document.documentElement.cloneNode(true)
  for (const other of copy.querySelectorAll('[lang], [translate=no], script, style')) other.remove()
  const named = ['aria-label', 'title', 'placeholder', 'alt']
  const attributes = [...copy.querySelectorAll('*')].flatMap((each) =>
    named.map((name) => each.getAttribute(name) ?? ''))
  return [copy.textContent, ...attributes].join(' ')
})()`

function findEnglish(text: string): string[] {
  const plain = [APP_NAME, SEEDED_PASSWORD]
    .reduce((left, name) => left.replaceAll(name, ''), text)
    .replace(/\S+(@|:\/\/)\S+/g, '')
    // Files that the dashboard names in development.
    .replace(/\b(src|views)\/\S+/g, '')
  return wordsIn(plain).filter((word) => ENGLISH.has(word))
}

const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth')

describe.runIf(hasChromium)('in Spanish, at the width of a phone', { timeout: minutes(3) }, () => {
  test.each([
    ['with scripts', true],
    ['with scripts turned off', false],
  ])('a whole life of an account has no word of English, %s', async (_, javaScriptEnabled) => {
    const place = { locale: 'es-ES', timezoneId: 'Europe/Madrid', baseURL: site.origin }
    const { context, page, complaints } = await openWindow({ ...place, javaScriptEnabled })
    const username = javaScriptEnabled ? 'lucia' : 'carmen'
    const email = `${username}@ejemplo.org`
    const found: string[] = []

    const look = async () => {
      expect(await page.locator('html').getAttribute('lang')).toBe('es')
      const { pathname } = new URL(page.url())
      const text: string = await page.evaluate(READ_PAGE)
      for (const word of findEnglish(text)) found.push(`${pathname}: ${word}`)
    }
    const open = async (path: string) => {
      await page.goto(path)
      await look()
    }
    const send = async (fields: [Key, string][], button: Key) => {
      for (const [label, value] of fields)
        await page.locator('main').getByLabel(say(label), { exact: true }).fill(value)
      site.clock.advance(seconds(1))
      const name = say(button)
      await page.locator('main').getByRole('button', { name, exact: true }).click()
      await page.waitForLoadState()
      await look()
    }
    const openMail = async () => {
      await doJobs(site)
      await site.services.mail.sender.sendDue()
      const [mail] = await site.services.mail.mailbox.list({ most: 1 })
      for (const word of findEnglish(`${mail?.subject} ${mail?.text}`))
        found.push(`${mail?.subject}: ${word}`)
      await open(mail?.link ?? '')
    }
    const logOut = async () => {
      await open('/logout')
      await send([], 'logout.title')
    }
    const password = 'mañana será otro día'
    const next = 'caballo grapa batería correcto'

    await open('/')
    await open('/register')
    const registration: [Key, string][] = [
      ['form.username', username],
      ['form.email', email],
    ]
    await send(registration, 'register.title')
    await send(
      [...registration, ['form.password', 'contraseñacontraseña'], ['register.password-again', '']],
      'register.title',
    )
    await send(
      [...registration, ['form.password', password], ['register.password-again', password]],
      'register.title',
    )
    expect(new URL(page.url()).pathname).toBe('/dashboard')
    await openMail()
    await send([], 'verify-email.submit')
    await logOut()
    await send(
      [
        ['login.identifier', username],
        ['form.password', 'una que no es'],
      ],
      'login.title',
    )
    await open('/forgot-password')
    await send([['form.email', email]], 'forgot-password.submit')
    await openMail()
    await send(
      [
        ['form.new-password', next],
        ['form.new-password-again', next],
      ],
      'reset-password.submit',
    )
    await send(
      [
        ['login.identifier', email],
        ['form.password', next],
      ],
      'login.title',
    )
    for (const path of ['/account/devices', '/account/activity', '/account/password', '/no-existe'])
      await open(path)
    await open('/account')
    await send([['account.name', 'Lucía']], 'account.save')
    const { timeZone, language } = await findUser(site, { username })
    await open('/account/delete')
    await send(
      [
        ['form.username', username],
        ['form.password', next],
      ],
      'delete.submit',
    )
    await openMail()

    expect(found).toEqual([])
    expect([timeZone, language]).toEqual([javaScriptEnabled ? 'Europe/Madrid' : null, 'es'])
    expect(complaints.filter((line) => !/4(22|04)/.test(line))).toEqual([])
    await context.close()
  })
})

const paths = listSitePages(site)
  .filter(({ get, path }) => get && !/^\/(healthz|readyz|dev\/)/.test(path))
  .map(({ path }) => path)

describe.runIf(hasChromium)('in a language of long words, 320 px wide', () => {
  const open = async (isLoggedIn: boolean) => {
    const { context, page } = await openWindow({
      baseURL: pseudoSite.origin,
      locale: PSEUDO_LANGUAGE,
      viewport: { width: 320, height: 640 },
    })
    if (!isLoggedIn) return { context, page }
    await page.goto('/register')
    for (const [name, value] of Object.entries({
      username: 'ada',
      email: 'ada@example.org',
      password: 'correct horse battery staple',
      confirm: 'correct horse battery staple',
    }))
      await page.locator(`[name=${name}]`).fill(value)
    await page.locator('main button[type=submit]').click()
    await page.waitForURL('/dashboard')
    return { context, page }
  }

  test.each([false, true])(
    'no page scrolls sideways; the visitor is logged in: %s',
    async (isLoggedIn) => {
      const { context, page } = await open(isLoggedIn)
      const wide: string[] = []
      for (const path of [...paths, '/nowhere']) {
        await page.goto(path)
        const width = await widthOf(page)
        if (width !== 320) wide.push(`${path}: ${width}`)
      }

      expect(await page.locator('html').getAttribute('lang')).toBe(PSEUDO_LANGUAGE)
      expect(wide).toEqual([])
      await context.close()
    },
  )
})

describe.runIf(hasChromium)('a mail in HTML', () => {
  test('fits a phone in each wording, asks no server and has a language', async () => {
    const { context, page } = await openWindow({ viewport: { width: 320, height: 640 } })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const render = createRenderer({ ...renderOptions, catalogue: pseudo.catalogue })
    const language = PSEUDO_LANGUAGE

    for (const message of listWordings('Ada').map((each) => ({ ...each, language }))) {
      const { html } = render(message, new Date())
      await page.setContent(html)
      expect([message.template, await widthOf(page)]).toEqual([message.template, 320])
    }

    expect(asked).toEqual([])
    await context.close()
  })
})
