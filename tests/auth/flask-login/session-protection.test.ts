import { describe, expect, test } from 'vitest'
import { days } from '../../../src/durations.ts'
import { createLoginApp, type LoginAppSettings } from '../support/login-app.ts'

type Mode = 'off' | 'basic' | 'strong'

/** An application and a browser that is logged in and remembered there. */
async function withLogin(mode: Mode, settings: LoginAppSettings = {}) {
  const loginApp = createLoginApp({ ...settings, options: { sessionProtection: mode } })
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  return { ...loginApp, browser }
}

describe('basic protection', () => {
  test('88. keeps the user of the same browser', async () => {
    const { browser } = await withLogin('basic')

    expect((await browser.who()).name).toBe('Notch')
  })

  test('89. keeps the login of the same browser fresh', async () => {
    const { browser } = await withLogin('basic')

    expect((await browser.who()).isFresh).toBe(true)
  })

  test('92. keeps the user when the browser is another', async () => {
    const { browser } = await withLogin('basic')

    browser.becomeAnotherProgram()

    expect((await browser.who()).name).toBe('Notch')
  })

  test('93. makes the login stale when the browser is another, for later requests too', async () => {
    const { browser } = await withLogin('basic')

    browser.becomeAnotherProgram()

    expect((await browser.who()).isFresh).toBe(false)
    expect((await browser.who()).isFresh).toBe(false)
  })
})

describe('strong protection', () => {
  test('90. keeps the user of the same browser', async () => {
    const { browser } = await withLogin('strong')

    expect((await browser.who()).name).toBe('Notch')
  })

  test('91. keeps the login of the same browser fresh', async () => {
    const { browser } = await withLogin('strong')

    expect((await browser.who()).isFresh).toBe(true)
  })

  test('100. ends the login when the browser is another, and its remember cookie does not bring it back', async () => {
    const { browser } = await withLogin('strong')
    const remembered = browser.jar.get('remember')

    browser.becomeAnotherProgram()
    expect((await browser.who()).name).toBe(null)
    expect((await browser.who()).name).toBe(null)

    if (remembered) browser.jar.set('remember', remembered)
    expect((await browser.who()).name).toBe(null)
  })

  test('101. leaves what else the session holds', async () => {
    const { browser } = await withLogin('strong', {
      addPages(app) {
        app.post('/basket', (req, res) => {
          req.session.next = '/basket'
          res.send('kept')
        })
      },
    })
    await browser.post('/basket')

    browser.becomeAnotherProgram()

    expect((await browser.who()).name).toBe(null)
    expect((await browser.get('/next')).body).toEqual({ next: '/basket' })
  })
})

describe('strong protection of a session that outlives the browser', () => {
  const persistent = { sessionMaxAge: days(30) }

  test('97. keeps the user when the browser is another', async () => {
    const { browser } = await withLogin('strong', persistent)

    browser.becomeAnotherProgram()

    expect((await browser.who()).name).toBe('Notch')
  })

  test('98. makes the login stale', async () => {
    const { browser } = await withLogin('strong', persistent)

    browser.becomeAnotherProgram()

    expect((await browser.who()).isFresh).toBe(false)
  })

  test('99. emits sessionProtected once, however many requests follow', async () => {
    const { browser, heard } = await withLogin('strong', persistent)

    browser.becomeAnotherProgram()
    await browser.who()
    await browser.who()

    expect(heard('sessionProtected')).toMatchObject([{ mode: 'basic' }])
  })
})
