import { describe, expect, test } from 'vitest'
import { createLoginManager } from '../../../src/auth/login-manager.ts'
import { requireEither } from '../support/guarded-pages.ts'
import { createLoginApp } from '../support/login-app.ts'

describe('static files', () => {
  test('1. a static file, even one that is not there, leaves the visitor anonymous', async () => {
    const browser = createLoginApp().browse()

    expect((await browser.get('/static/hello.txt')).text).toBe('Hello.\n')
    expect((await browser.get('/static/missing.txt')).status).toBe(404)
    expect(await browser.who()).toMatchObject({ id: null, name: null })
  })

  test('2. a static file never looks the user up', async () => {
    const { browse, loaded, heard } = createLoginApp()
    const browser = browse()
    await browser.logIn(1)
    const lookUps = heard('accessed').length

    await browser.get('/static/hello.txt')

    expect(heard('accessed')).toHaveLength(lookUps)
    expect(loaded).toEqual([])
  })
})

describe('createLoginManager', () => {
  test('5. without any loader it throws at once, not at the first visit of a user', () => {
    const create = () => createLoginManager({ secrets: ['secret'] })

    expect(create).toThrow('Missing loadUser or loadUserFromRequest')
  })
})

describe('OPTIONS', () => {
  test('6. a logged-out visitor may ask for the options of a page under both guards', async () => {
    const { browse } = createLoginApp({ addPages: requireEither })

    const res = await browse().send('options', '/guarded-twice')

    expect(res.status).toBe(200)
    expect(res.text).toBe('guarded twice')
  })
})
