import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

describe('a page that requires a login, asked for by a logged-out visitor', () => {
  test('24. emits unauthorized once', async () => {
    const { browse, heard } = createLoginApp()

    await browse().get('/secret')

    expect(heard('unauthorized')).toHaveLength(1)
  })

  test('25. flashes the message once, under its category, when there is a login view', async () => {
    const { browse, flashed } = createLoginApp({
      options: {
        loginView: '/login',
        loginMessage: 'Log in!',
        loginMessageCategory: 'login',
      },
    })

    await browse().get('/secret')

    expect(flashed).toEqual([{ category: 'login', message: 'Log in!' }])
  })

  test('26. flashes the message in the language of the visitor', async () => {
    const { browse, flashed } = createLoginApp({
      options: {
        loginView: '/login',
        loginMessage: 'Log in!',
        localize: (message) => (message === 'Log in!' ? 'Einloggen' : message),
      },
    })

    await browse().get('/secret')

    expect(flashed).toEqual([{ category: 'message', message: 'Einloggen' }])
  })

  test('27. gets the status that a handler of its own decides', async () => {
    const res = await createLoginApp({ options: refuseInOwnWords }).browse().get('/secret')

    expect(res.status).toBe(418)
  })

  test('28. gets the words of that handler', async () => {
    const { browse, flashed } = createLoginApp({ options: refuseInOwnWords })

    expect((await browse().get('/secret')).text).toBe('This is unauthorized!')
    expect(flashed).toEqual([])
  })

  test('29. is 401 without a login view and a handler', async () => {
    const res = await createLoginApp().browse().get('/secret')

    expect(res.status).toBe(401)
  })

  test('30. is 302 with a login view', async () => {
    const { browse } = createLoginApp({ options: { loginView: '/login' } })

    expect((await browse().get('/secret')).status).toBe(302)
  })

  test('31. leads to the login view with the way back, relative and encoded', async () => {
    const { browse } = createLoginApp({ options: { loginView: '/login' } })

    expect((await browse().get('/secret')).headers.location).toBe('/login?next=%2Fsecret')
  })
})

const refuseInOwnWords = {
  loginView: '/login',
  onUnauthorized: (_req: unknown, res: { status: (code: number) => { send: Send } }) =>
    res.status(418).send('This is unauthorized!'),
}
type Send = (text: string) => unknown
