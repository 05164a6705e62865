import { describe, expect, test } from 'vitest'
import { createLocalAuthentication } from '../../src/auth/passport.ts'
import { days, hours } from '../../src/durations.ts'
import { createLoginApp, type LoginAppSettings } from './support/login-app.ts'

/** Adds a page that puts something into the session of every visitor. */
const addBasket: LoginAppSettings['addPages'] = (app) => {
  app.post('/basket', (req, res) => {
    Object.assign(req.session, { next: '/basket', csrfSecret: 'from before' })
    res.send('kept')
  })
  app.get('/basket', ({ session }, res) => {
    res.json({ next: session.next ?? null, csrfSecret: session.csrfSecret ?? null })
  })
}

describe('logIn', () => {
  test('gives the browser a session id that was never known before', async () => {
    const { browse } = createLoginApp({ addPages: addBasket })
    const [browser, attacker] = [browse(), browse()]
    await attacker.post('/basket')
    const planted = attacker.jar.get('session')
    if (planted) browser.jar.set('session', planted)

    await browser.logIn(1)

    expect(browser.jar.get('session')?.value).not.toBe(planted?.value)
    expect((await browser.who()).name).toBe('Notch')
    expect((await attacker.who()).name).toBe(null)
  })

  test('takes nothing of the anonymous session along but the keys it is told to', async () => {
    const { browse } = createLoginApp({
      options: { carriedKeys: ['next'] },
      addPages: addBasket,
    })
    const browser = browse()
    await browser.post('/basket')

    await browser.logIn(1)

    expect((await browser.get('/basket')).body).toEqual({ next: '/basket', csrfSecret: null })
  })

  test('takes nothing along where it is told nothing', async () => {
    const browser = createLoginApp({ addPages: addBasket }).browse()
    await browser.post('/basket')

    await browser.logIn(1)

    expect((await browser.get('/basket')).body).toEqual({ next: null, csrfSecret: null })
  })

  test('puts into the new session what the application wants there', async () => {
    const { browse } = createLoginApp({
      options: { sessionFields: async ({ name }) => ({ csrfSecret: `made for ${name}` }) },
      addPages: addBasket,
    })
    const browser = browse()

    await browser.logIn(1)

    expect((await browser.get('/basket')).body.csrfSecret).toBe('made for Notch')
  })

  test('remembers until a date that was set before, where there is one', async () => {
    const { browse, clock, manager } = createLoginApp({
      addPages(app, { loggedInUser, logIn }) {
        app.post('/log-in-again', async (req, res) => {
          const rememberUntil = new Date(clock.now().getTime() + hours(3))
          await logIn(req, res, loggedInUser(req), { remember: true, rememberUntil })
          res.send('again')
        })
      },
    })
    const browser = browse()
    await browser.logIn(1)

    await browser.post('/log-in-again')

    expect(manager.events.listenerCount('loggedIn')).toBe(1)
    expect(browser.jar.get('remember')?.attributes['max-age']).toBe('10800')
  })

  test('gives no cookie for an inactive user', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(3, { remember: true })

    expect([...browser.jar.keys()]).toEqual([])
  })

  test('works for whom passport-local has verified, though that is another Passport', async () => {
    const { browse } = createLoginApp({
      addPages(app, { logIn }) {
        const authenticate = createLocalAuthentication(async (name, password) => ({
          ok: password === 'right',
          user: { id: 1, name, isActive: true },
        }))
        app.post('/password', async (req, res) => {
          const outcome = await authenticate(req, res)
          if (outcome?.ok) await logIn(req, res, outcome.user)
          res.json(outcome)
        })
      },
    })
    const browser = browse()
    const submit = async (body: object) => (await browser.post('/password', body)).body

    expect(await submit({ username: 'Notch' })).toBe(null)
    expect(await submit({ username: 'Notch', password: 'wrong' })).toMatchObject({ ok: false })
    expect((await browser.who()).name).toBe(null)
    expect(await submit({ username: 'Notch', password: 'right' })).toMatchObject({ ok: true })
    expect((await browser.who()).name).toBe('Notch')
  })
})

describe('renewLogin', () => {
  test('keeps this browser logged in under another session id, remembered as long and no fresher than before', async () => {
    const { browse, clock } = createLoginApp({
      addPages(app, { loggedInUser, renewLogin }) {
        app.post('/renew', async (req, res) => {
          await renewLogin(req, res, loggedInUser(req))
          res.send('renewed')
        })
      },
    })
    const browser = browse()
    await browser.logIn(1, { remember: true, duration: days(9) })
    const [session, end] = [browser.jar.get('session'), browser.jar.get('remember')?.expiresAt]
    clock.advance(days(2))

    await browser.post('/renew')

    expect(await browser.who()).toMatchObject({ name: 'Notch', isFresh: false, isRemembered: true })
    expect(browser.jar.get('session')?.value).not.toBe(session?.value)
    expect(browser.jar.get('remember')?.expiresAt).toBe(end)
  })
})
