import { describe, expect, test } from 'vitest'
import { requireEither } from './support/guarded-pages.ts'
import { createLoginApp, type LoginAppSettings } from './support/login-app.ts'

const settings: LoginAppSettings = {
  options: { loginView: '/login', refreshView: '/refresh', homeView: '/home' },
  addPages(app, manager) {
    requireEither(app, manager)
    app.all('/for-logged-out', manager.requireAnonymous, (_req, res) => void res.send('welcome'))
  },
}

const browse = () => createLoginApp(settings).browse()

async function browseStale() {
  const browser = browse()
  await browser.logIn(1, { fresh: false })
  return browser
}

describe('requireLogin', () => {
  test('guards HEAD like GET: its headers tell what GET would', async () => {
    const res = await browse().send('head', '/secret')

    expect(res.status).toBe(302)
    expect(res.headers.location).toBe('/login?next=%2Fsecret')
  })

  test.each(['post', 'put', 'delete'] as const)(
    'sends %s to the login view with 303 and no way back: what was sent cannot be sent again by a link',
    async (method) => {
      const res = await browse().send(method, '/guarded-twice')

      expect(res.status).toBe(303)
      expect(res.headers.location).toBe('/login')
    },
  )

  test('keeps the query in the way back', async () => {
    const res = await browse().get('/secret?page=2&sort=last')

    expect(res.headers.location).toBe('/login?next=%2Fsecret%3Fpage%3D2%26sort%3Dlast')
  })

  test('gives a client of JSON 401 instead of a page', async () => {
    const browser = browse()
    browser.headers.Accept = 'application/json'

    for (const method of ['get', 'post'] as const) {
      const res = await browser.send(method, '/guarded-twice')
      expect(res.status).toBe(401)
      expect(res.body).toEqual({ error: 'login_required' })
      expect(res.headers.location).toBeUndefined()
      expect(res.headers.vary).toBe('Accept')
    }
  })

  test.each(['*/*', 'text/html,application/json;q=0.9', 'text/html', 'image/png'])(
    'gives a page to a client that accepts %s',
    async (accept) => {
      const browser = browse()
      browser.headers.Accept = accept

      expect((await browser.get('/secret')).status).toBe(302)
    },
  )

  test('lets only exempt methods through', async () => {
    const { browse } = createLoginApp({ ...settings, options: { exemptMethods: [] } })

    expect((await browse().send('options', '/guarded-twice')).status).toBe(401)
  })

  test('flashes nothing where there is no message', async () => {
    const options = { loginView: '/login', loginMessage: null }
    const { browse, flashed } = createLoginApp({ options })

    await browse().get('/secret')

    expect(flashed).toEqual([])
  })
})

describe('requireFreshLogin', () => {
  test('sends a logged-out visitor to the login view, not to the refresh view', async () => {
    const res = await browse().get('/needs-refresh')

    expect(res.headers.location).toBe('/login?next=%2Fneeds-refresh')
  })

  test('guards HEAD as it does GET', async () => {
    const browser = await browseStale()

    expect((await browser.send('head', '/needs-refresh')).status).toBe(302)
  })

  test('sends POST to the refresh view with the way back, for it is taken up there', async () => {
    const res = await (await browseStale()).post('/guarded-twice', { color: 'red' })

    expect(res.status).toBe(303)
    expect(res.headers.location).toMatch(/^\/refresh\?next=%2Fguarded-twice&resume=[\w-]{22}$/)
  })

  test('gives a client of JSON 401', async () => {
    const browser = await browseStale()
    browser.headers.Accept = 'application/json'

    const res = await browser.get('/needs-refresh')

    expect(res.status).toBe(401)
    expect(res.body).toEqual({ error: 'login_required' })
  })
})

describe('requireAnonymous', () => {
  test('lets a logged-out visitor pass', async () => {
    expect((await browse().get('/for-logged-out')).text).toBe('welcome')
  })

  test.each([
    ['/for-logged-out', '/home'],
    ['/for-logged-out?next=%2Fsecret', '/secret'],
    ['/for-logged-out?next=%2F%2Fevil.example', '/home'],
    ['/for-logged-out?next=/secret&next=/other', '/home'],
  ])('sends a user who is logged in from %s to %s', async (path, destination) => {
    const browser = browse()
    await browser.logIn(1)

    const res = await browser.get(path)

    expect(res.status).toBe(302)
    expect(res.headers.location).toBe(destination)
  })

  test('sends the POST of a user who is logged in away with 303', async () => {
    const browser = browse()
    await browser.logIn(1)

    expect((await browser.post('/for-logged-out')).status).toBe(303)
  })

  test.each([
    ['post', ['Not twice']],
    ['get', []],
  ] as const)(
    'tells a user who is logged in that a form was not taken: %s',
    async (method, words) => {
      const options = { ...settings.options, alreadyLoggedInMessage: 'Not twice' }
      const { browse, flashed } = createLoginApp({ ...settings, options })
      const browser = browse()
      await browser.logIn(1)

      await browser[method]('/for-logged-out')

      expect(flashed.map(({ message }) => message)).toEqual(words)
    },
  )
})
