import { describe, expect, test } from 'vitest'
import { addRoutersWithLoginViews } from '../support/guarded-pages.ts'
import { createLoginApp } from '../support/login-app.ts'

const inSession = { loginView: '/login', nextIn: 'session' } as const

describe('a guard that keeps the way back in the session', () => {
  test('32. redirects', async () => {
    const { browse } = createLoginApp({ options: inSession })

    expect((await browse().get('/secret')).status).toBe(302)
  })

  test('33. leads to the login view without a query', async () => {
    const { browse } = createLoginApp({ options: inSession })

    expect((await browse().get('/secret')).headers.location).toBe('/login')
  })

  test('34. lets the login page read it', async () => {
    const browser = createLoginApp({ options: inSession }).browse()

    await browser.get('/secret')

    expect((await browser.get('/next')).body).toEqual({ next: '/secret' })
  })
})

describe('the same under strong protection', () => {
  const strong = { ...inSession, sessionProtection: 'strong' } as const

  test('35. redirects', async () => {
    const { browse } = createLoginApp({ options: strong })

    expect((await browse().get('/secret')).status).toBe(302)
  })

  test('36. leads to the login view without a query', async () => {
    const { browse } = createLoginApp({ options: strong })

    expect((await browse().get('/secret')).headers.location).toBe('/login')
  })

  test('37. keeps the way back although the login page looks at the user', async () => {
    const browser = createLoginApp({ options: strong }).browse()

    await browser.get('/secret')
    await browser.who()

    expect((await browser.get('/next')).body).toEqual({ next: '/secret' })
  })
})

describe('login views of routers', () => {
  const settings = { options: { loginView: '/app_login' }, addPages: addRoutersWithLoginViews }

  test('38. a page of the application leads to the login view of the application', async () => {
    const res = await createLoginApp(settings).browse().get('/protected')

    expect(res.status).toBe(302)
    expect(res.headers.location).toBe('/app_login?next=%2Fprotected')
  })

  test('39. a page of the first router leads to its own login view and comes back to it', async () => {
    const res = await createLoginApp(settings).browse().get('/first/protected')

    expect(res.status).toBe(302)
    expect(res.headers.location).toBe('/first_login?next=%2Ffirst%2Fprotected')
  })

  test('40. a page of the second router leads to its own login view and comes back to it', async () => {
    const res = await createLoginApp(settings).browse().get('/second/protected')

    expect(res.status).toBe(302)
    expect(res.headers.location).toBe('/second_login?next=%2Fsecond%2Fprotected')
  })

  test('41. a login view set at run time holds for the guards made with it', async () => {
    const { app, manager, browse } = createLoginApp()
    const browser = browse()
    expect((await browser.get('/late')).status).toBe(404)

    const { requireLogin } = manager.guardsWith({ loginView: '/app_login' })
    app.get('/late', requireLogin)

    expect((await browser.get('/late')).headers.location).toBe('/app_login?next=%2Flate')
  })
})
