import { readFileSync } from 'node:fs'
import express from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { createLoginManager } from '../../src/auth/login-manager.ts'
import { systemClock } from '../../src/clock.ts'
import { openBrowser } from './support/browser.ts'

/** A second application on the same room: a list of users, a login page, a protected page and a logout. */
function createSecondApp() {
  const users = [{ id: 'ada', password: 'analytical engine' }]
  const { middleware, requireLogin, loggedInUser, logIn, logOut } = createLoginManager({
    secrets: ['a secret'],
    loadUser: (id) => users.find((user) => user.id === id) ?? null,
    loginView: '/login',
  })

  const app = express()
  app.use(session({ name: 'session', secret: 'a', resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }), middleware)
  app.get('/login', (_req, res) => void res.send('<form method="post">…</form>'))
  app.post('/login', async (req, res) => {
    const { id, password, remember } = req.body
    const user = users.find((user) => user.id === id && user.password === password)
    if (!user) return void res.status(422).send('Wrong name or password.')
    await logIn(req, res, user, { remember: remember === 'on' })
    res.redirect(303, '/protected')
  })
  app.get('/protected', requireLogin, (req, res) => void res.send(`Hello ${loggedInUser(req).id}`))
  app.post('/logout', async (req, res) => {
    await logOut(req, res)
    res.redirect(303, '/login')
  })
  return app
}

describe('a second application', () => {
  test('has sessions, a protected page and remember-me from the login manager alone', async () => {
    const browser = openBrowser(createSecondApp(), systemClock)
    const submit = (path: string, fields = {}) =>
      browser.post(path, String(new URLSearchParams(fields)))
    const ada = { id: 'ada', password: 'analytical engine', remember: 'on' }

    const stranger = await browser.get('/protected')
    expect(stranger.headers.location).toBe('/login?next=%2Fprotected')
    expect((await submit('/login', { ...ada, password: 'wrong' })).status).toBe(422)
    expect((await submit('/login', ada)).headers.location).toBe('/protected')
    expect((await browser.get('/protected')).text).toBe('Hello ada')

    browser.loseSession()
    expect((await browser.get('/protected')).text).toBe('Hello ada')

    await submit('/logout')
    expect((await browser.get('/protected')).status).toBe(302)
  })
})

describe('docs/auth.md', () => {
  const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8')

  test('shows the application that is tested here, line by line', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const tested = trimLines(readFileSync(new URL(import.meta.url), 'utf8'))

    const lines = trimLines(shown).filter((line) => !line.startsWith('import '))
    expect(lines.length).toBeGreaterThan(20)
    expect(tested.join('\n')).toContain(lines.join('\n'))
  })
})

const trimLines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
