import { describe, expect, test } from 'vitest'
import { createLoginApp, type LoginAppSettings } from '../support/login-app.ts'

/** An application and a browser that is logged in there, but not fresh. */
async function withStaleLogin(options: LoginAppSettings['options'] = {}) {
  const loginApp = createLoginApp({ options })
  const browser = loginApp.browse()
  await browser.logIn(1, { fresh: false })
  return { ...loginApp, browser }
}

const refreshView = '/refresh-view'

describe('a page that requires a fresh login, asked for with a stale one', () => {
  test('72. is answered by a handler of its own', async () => {
    const { browser } = await withStaleLogin({
      refreshView,
      onNeedsRefresh: (_req, res) => res.send('Needs Refresh!'),
    })

    expect((await browser.get('/needs-refresh')).text).toBe('Needs Refresh!')
  })

  test('73. emits needsRefresh once', async () => {
    const { browser, heard } = await withStaleLogin()

    await browser.get('/needs-refresh')

    expect(heard('needsRefresh')).toMatchObject([{ user: { name: 'Notch' } }])
  })

  test('74. flashes the message under its category when there is a refresh view', async () => {
    const { browser, flashed } = await withStaleLogin({
      refreshView,
      needsRefreshMessage: 'Refresh!',
      needsRefreshMessageCategory: 'refresh',
    })

    await browser.get('/needs-refresh')

    expect(flashed).toEqual([{ category: 'refresh', message: 'Refresh!' }])
  })

  test('75. flashes the message in the language of the visitor', async () => {
    const { browser, flashed } = await withStaleLogin({
      refreshView,
      localize: () => 'Aktualisieren',
    })

    await browser.get('/needs-refresh')

    expect(flashed).toEqual([{ category: 'message', message: 'Aktualisieren' }])
  })

  test('76. is 401 without a refresh view and a handler', async () => {
    const { browser } = await withStaleLogin()

    expect((await browser.get('/needs-refresh')).status).toBe(401)
    expect((await browser.who()).name).toBe('Notch')
  })

  test('77. is 302 with a refresh view', async () => {
    const { browser } = await withStaleLogin({ refreshView })

    expect((await browser.get('/needs-refresh')).status).toBe(302)
  })

  test('78. leads to the refresh view with the way back', async () => {
    const { browser } = await withStaleLogin({ refreshView })

    const res = await browser.get('/needs-refresh')

    expect(res.headers.location).toBe('/refresh-view?next=%2Fneeds-refresh')
  })
})

describe('the same with the way back in the session', () => {
  const inSession = { refreshView, nextIn: 'session' } as const

  test('79. is 302', async () => {
    const { browser } = await withStaleLogin(inSession)

    expect((await browser.get('/needs-refresh')).status).toBe(302)
  })

  test('80. leads to the refresh view without a query', async () => {
    const { browser } = await withStaleLogin(inSession)

    expect((await browser.get('/needs-refresh')).headers.location).toBe('/refresh-view')
  })

  test('81. lets the refresh page read it', async () => {
    const { browser } = await withStaleLogin(inSession)

    await browser.get('/needs-refresh')

    expect((await browser.get('/next')).body).toEqual({ next: '/needs-refresh' })
  })
})
