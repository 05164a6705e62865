import { describe, expect, test } from 'vitest'
import { byRequestAlone } from '../support/loaders.ts'
import { createLoginApp } from '../support/login-app.ts'

const browse = () => createLoginApp({ options: byRequestAlone }).browse()

describe('a login manager with loadUserFromRequest alone', () => {
  test('123. has no user in a bare request', async () => {
    expect(await browse().who()).toMatchObject({ id: null, name: null })
  })

  test('124. answers 401 to a request without a credential', async () => {
    expect((await browse().get('/secret')).status).toBe(401)
  })

  test('125. serves the user of the credential', async () => {
    const browser = browse()

    expect((await browser.who('/who?user_id=2')).name).toBe('Steve')
    expect((await browser.get('/secret?user_id=2')).text).toBe('the secret')
  })

  test('126. serves the user of the session after a login, when its loader reads the session', async () => {
    const browser = browse()

    await browser.logIn(1)

    expect((await browser.who()).name).toBe('Notch')
  })

  test('127. lets another credential in the request win over the session', async () => {
    const browser = browse()
    await browser.logIn(1)

    expect((await browser.who('/who?user_id=2')).name).toBe('Steve')
  })

  test('128. answers 401 to an unknown credential', async () => {
    expect((await browse().get('/secret?user_id=9000')).status).toBe(401)
  })

  test('129. can log a user in', async () => {
    expect(await browse().logIn(1)).toMatchObject({ result: true, name: 'Notch' })
  })

  test('130. answers 401 to an unknown credential even so: it does not fall back to the session', async () => {
    const browser = browse()
    await browser.logIn(1)

    expect((await browser.get('/secret?user_id=9000')).status).toBe(401)
  })

  test('131. serves a request with a credential as that user', async () => {
    const browser = browse()

    expect((await browser.who('/who?user_id=2')).name).toBe('Steve')
    expect(browser.jar.size).toBe(0)
  })

  test('132. stores nothing: the next request without a credential is anonymous', async () => {
    const browser = browse()

    await browser.who('/who?user_id=2')

    expect((await browser.who()).name).toBe(null)
  })
})
