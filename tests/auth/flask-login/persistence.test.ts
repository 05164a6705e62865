import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

describe('the request after', () => {
  test('42. a login sees the user', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(1)

    expect((await browser.who()).name).toBe('Notch')
  })

  test('43. a logout sees no user', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1)

    await browser.logOut()

    expect((await browser.who()).name).toBe(null)
  })

  test('44. the user was deleted sees no user, and is no error', async () => {
    const { browse, people } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)

    people.delete('1')
    const res = await browser.get('/who')

    expect(res.status).toBe(200)
    expect(res.body.name).toBe(null)
  })

  test('45. a login is fresh', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(1)

    expect((await browser.who()).isFresh).toBe(true)
  })

  test('46. a login without remember is not remembered', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(1)

    expect((await browser.who()).isRemembered).toBe(false)
  })
})
