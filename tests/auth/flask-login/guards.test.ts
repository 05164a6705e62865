import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { useViews } from '../../../src/http/views.ts'
import { catalogue, english } from '../../../src/words/catalogue.ts'
import { createLoginApp } from '../support/login-app.ts'

describe('requireLogin', () => {
  test('112. answers a logged-out visitor 401', async () => {
    expect((await createLoginApp().browse().get('/secret')).status).toBe(401)
  })

  test('113. shows the page after a login', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(1)

    expect((await browser.get('/secret')).text).toBe('the secret')
  })
})

describe('requireLogin before a handler that waits', () => {
  const browseSlowPage = () =>
    createLoginApp({
      addPages: (app, { requireLogin }) =>
        app.get('/slow', requireLogin, async (_req, res) => {
          await Promise.resolve()
          res.send('slow')
        }),
    }).browse()

  test('114. answers a logged-out visitor 401', async () => {
    expect((await browseSlowPage().get('/slow')).status).toBe(401)
  })

  test('115. is 200 after a login', async () => {
    const browser = browseSlowPage()

    await browser.logIn(1)

    expect((await browser.get('/slow')).status).toBe(200)
  })

  test('116. shows the page after a second login', async () => {
    const browser = browseSlowPage()

    await browser.logIn(1)
    await browser.logIn(1)

    expect((await browser.get('/slow')).text).toBe('slow')
  })
})

describe('requireFreshLogin', () => {
  test('117. answers a logged-out visitor 401', async () => {
    expect((await createLoginApp().browse().get('/needs-refresh')).status).toBe(401)
  })

  test('118. shows the page after a login', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(2)

    expect((await browser.get('/needs-refresh')).text).toBe('fresh')
  })

  test('119. answers 401 when a cookie restored the session', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(2, { remember: true })

    browser.loseSession()

    expect((await browser.get('/needs-refresh')).status).toBe(401)
  })

  test('120. shows the page once that login is confirmed', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(2, { remember: true })
    browser.loseSession()

    await browser.confirm()

    expect((await browser.get('/needs-refresh')).text).toBe('fresh')
  })
})

describe('templates', () => {
  test('121. have the current user, null when no user is logged in', async () => {
    const folder = fileURLToPath(new URL('../support/views', import.meta.url))
    const flashes = { add: () => {}, take: () => [] }
    const visitor = { wordsFor: () => english, timeZoneFor: () => null }
    const now = { clock: () => new Date() }
    const { browse } = createLoginApp({
      addPages(app) {
        app.use(useViews({ folder, flashes, catalogue, ...visitor, ...now, locals: {} }))
        app.get('/greeting', (_req, res) => res.render('greeting'))
      },
    })
    const browser = browse()

    expect((await browser.get('/greeting')).text.trim()).toBe('Anonymous')
    await browser.logIn(1)
    expect((await browser.get('/greeting')).text.trim()).toBe('Notch')
  })
})
