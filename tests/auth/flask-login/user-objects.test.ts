import { describe, expect, test } from 'vitest'
import { withDefaults } from '../../../src/auth/options.ts'
import { createLoginApp, type LoginAppSettings } from '../support/login-app.ts'

const { getId, isActive } = withDefaults<unknown>({ secrets: ['secret'] })

const showPublicPages: LoginAppSettings = {
  addPages(app, { requireAnonymous, loggedInUser }) {
    app.get('/logged-out-only', requireAnonymous, (_req, res) => void res.send('welcome'))
    app.get('/id', (req, res) => void res.json(loggedInUser(req).id))
  },
}

describe('a user, of whom nothing is asked but an id', () => {
  test('153. is active unless it says otherwise', () => {
    expect(isActive({ id: 1 })).toBe(true)
    expect(isActive({ id: 1, isActive: false })).toBe(false)
  })

  test('154. passes requireLogin', async () => {
    const browser = createLoginApp().browse()

    await browser.logIn(1)

    expect((await browser.get('/secret')).status).toBe(200)
  })

  test('155. is not anonymous to requireAnonymous, which sends it home', async () => {
    const browser = createLoginApp(showPublicPages).browse()

    await browser.logIn(1)

    expect((await browser.get('/logged-out-only')).headers.location).toBe('/')
  })

  test('156. is named by its numeric id as text', () => {
    expect(getId({ id: 1 })).toBe('1')
  })

  test('157. is an error without an id', () => {
    expect(() => getId({})).toThrow('A user without an id needs the option getId')
  })

  test('158. is the same as another of the same id, for users are compared by getId', () => {
    expect(getId({ id: 1, name: 'Notch' })).toBe(getId({ id: 1 }))
  })

  test('159. is not the same as one of another id', () => {
    expect(getId({ id: 1 })).not.toBe(getId({ id: 2 }))
  })

  test('160. is never a plain text, which has no id', () => {
    expect(() => getId('1')).toThrow('A user without an id needs the option getId')
  })
})

describe('an anonymous visitor, who is null', () => {
  test('162. is not active: there is no user to ask', async () => {
    expect((await createLoginApp().browse().who()).name).toBe(null)
  })

  test('163. does not pass requireLogin', async () => {
    expect((await createLoginApp().browse().get('/secret')).status).toBe(401)
  })

  test('164. passes requireAnonymous', async () => {
    const res = await createLoginApp(showPublicPages).browse().get('/logged-out-only')

    expect(res.text).toBe('welcome')
  })

  test('165. has no id: asking for one without a guard is an error that names the guard', async () => {
    const res = await createLoginApp(showPublicPages).browse().get('/id')

    expect(res.status).toBe(500)
    expect(res.body.error).toContain('did you forget requireLogin')
  })
})
