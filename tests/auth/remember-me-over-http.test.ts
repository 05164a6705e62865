import { describe, expect, test } from 'vitest'
import { createMemoryRememberStore } from '../../src/auth/remember-store.ts'
import { minutes, seconds } from '../../src/durations.ts'
import { setCookies } from './support/browser.ts'
import { createLoginApp } from './support/login-app.ts'

/** An application and a browser that is remembered there and has lost its session. */
async function withRememberedBrowser() {
  const loginApp = createLoginApp()
  const browser = loginApp.browse()
  await browser.logIn(1, { remember: true })
  browser.loseSession()
  return { ...loginApp, browser }
}

describe('a remembered browser', () => {
  test('may open many pages at once, again and again, and is never accused', async () => {
    const { browser, clock, heard } = await withRememberedBrowser()

    for (let visit = 0; visit < 10; visit++) {
      const visits = await Promise.all([browser.who(), browser.who(), browser.who(), browser.who()])
      expect(visits.map(({ name }) => name)).toEqual(Array(4).fill('Notch'))
      await browser.who()
      browser.loseSession()
      clock.advance(minutes(2))
    }

    expect(heard('rememberStolen')).toEqual([])
  })

  test('is not given its cookie again while its session lives', async () => {
    const { browser } = await withRememberedBrowser()
    await browser.who()

    expect(setCookies(await browser.get('/who'))).toEqual([])
    expect(setCookies(await browser.get('/who'))).toEqual([])
  })

  test('asks the store for nothing more once its new cookie has been seen', async () => {
    const asked: string[] = []
    const store = new Proxy(createMemoryRememberStore(), {
      get(target, name, receiver) {
        asked.push(String(name))
        return Reflect.get(target, name, receiver)
      },
    })
    const browser = createLoginApp({ remember: { store } }).browse()
    await browser.logIn(1, { remember: true })
    browser.loseSession()
    asked.length = 0

    for (let visit = 0; visit < 4; visit++) await browser.who()

    expect(asked).toEqual(['find', 'rotate', 'markSeen'])
  })

  test.each([
    { wait: seconds(59), words: 'the same cookie', isSame: true },
    { wait: seconds(60), words: 'another cookie', isSame: false },
  ])('gets $words after an answer that was lost, $wait ms later', async ({ wait, isSame }) => {
    const { browser, clock } = await withRememberedBrowser()
    const before = browser.jar.get('remember')
    await browser.who()
    const after = browser.jar.get('remember')

    if (before) browser.jar.set('remember', before)
    browser.loseSession()
    clock.advance(wait)

    expect((await browser.who()).name).toBe('Notch')
    expect(browser.jar.get('remember')?.value === after?.value).toBe(isSame)
  })
})

describe('a remember cookie without our signature', () => {
  test('neither lets a browser in nor ends the series that it names', async () => {
    const { browser, browse, heard } = await withRememberedBrowser()
    const cookie = browser.jar.get('remember')
    const [seriesId, token] = decodeURIComponent(cookie?.value ?? '').split('.')
    const forger = browse()

    for (const value of [
      `${seriesId}.${token}`,
      `${seriesId}.${token}.forged`,
      `${seriesId}.guessed`,
    ]) {
      forger.jar.set('remember', { value, attributes: {}, expiresAt: null })
      expect((await forger.who()).name).toBe(null)
    }

    expect(heard('rememberStolen')).toEqual([])
    expect((await browser.who()).name).toBe('Notch')
  })
})

describe('a copied cookie', () => {
  test('is caught once its owner has gone on, and then remembers neither of the two', async () => {
    const { browser, browse, clock, heard } = await withRememberedBrowser()
    const thief = browse()
    const copy = browser.jar.get('remember')
    if (copy) thief.jar.set('remember', copy)
    await browser.who()
    await browser.who()
    clock.advance(minutes(2))

    expect((await thief.who()).name).toBe(null)
    expect(thief.jar.has('remember')).toBe(false)
    expect(heard('rememberStolen')).toMatchObject([{ series: { loginId: '1' } }])

    browser.loseSession()
    expect((await browser.who()).name).toBe(null)
  })

  test('ends whatever the application says hangs on it', async () => {
    const ended: string[] = []
    const { browse, clock } = createLoginApp({
      options: { endStolenSeries: async (series) => void ended.push(series.loginId) },
    })
    const browser = browse()
    await browser.logIn(1, { remember: true })
    const copy = browser.jar.get('remember')
    browser.loseSession()
    await browser.who()
    await browser.who()
    clock.advance(minutes(2))

    browser.loseSession()
    if (copy) browser.jar.set('remember', copy)
    await browser.who()

    expect(ended).toEqual(['1'])
  })
})
