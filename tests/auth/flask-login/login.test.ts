import { describe, expect, test } from 'vitest'
import { byUserId } from '../support/loaders.ts'
import { createLoginApp } from '../support/login-app.ts'

describe('a visitor without any cookie', () => {
  test('7. has no user, not even where the middleware is not mounted', async () => {
    const res = await createLoginApp().browse().get('/public')

    expect(res.body).toEqual({ name: null })
  })

  test('8. is anonymous, and an anonymous user is null', async () => {
    const visit = await createLoginApp().browse().who()

    expect(visit).toMatchObject({ id: null, name: null, isFresh: false, isRemembered: false })
  })
})

describe('logIn', () => {
  test('9. says true for an active user', async () => {
    const visit = await createLoginApp().browse().logIn(1)

    expect(visit.result).toBe(true)
  })

  test('10. makes the user the current one in the same request', async () => {
    const visit = await createLoginApp().browse().logIn(1)

    expect(visit).toMatchObject({ id: 1, name: 'Notch' })
  })

  test('11. makes the login fresh in the same request', async () => {
    const visit = await createLoginApp().browse().logIn(1)

    expect(visit.isFresh).toBe(true)
  })

  test('12. says true for a login that is not to be fresh', async () => {
    const visit = await createLoginApp().browse().logIn(2, { fresh: false })

    expect(visit.result).toBe(true)
  })

  test('13. makes the user current for a login that is not to be fresh', async () => {
    const visit = await createLoginApp().browse().logIn(2, { fresh: false })

    expect(visit.name).toBe('Steve')
  })

  test('14. leaves a login that is not to be fresh stale', async () => {
    const visit = await createLoginApp().browse().logIn(2, { fresh: false })

    expect(visit.isFresh).toBe(false)
  })

  test('15. emits loggedIn once, with the user', async () => {
    const { browse, heard } = createLoginApp()

    await browse().logIn(1)

    expect(heard('loggedIn')).toMatchObject([{ user: { name: 'Notch' } }])
  })

  test('16. says false for an inactive user', async () => {
    const visit = await createLoginApp().browse().logIn(3)

    expect(visit.result).toBe(false)
  })

  test('17. leaves the visitor anonymous when the user is inactive', async () => {
    const browser = createLoginApp().browse()

    expect((await browser.logIn(3)).name).toBe(null)
    expect((await browser.who()).name).toBe(null)
  })

  test('18. logs an inactive user in by force, for this request only', async () => {
    const browser = createLoginApp().browse()

    expect(await browser.logIn(3, { force: true })).toMatchObject({ result: true, name: 'Creeper' })
    expect((await browser.who()).name).toBe(null)
  })
})

describe('loadUserFromRequest', () => {
  test('19. serves the user that the request names, without any cookie', async () => {
    const { browse } = createLoginApp({ options: byUserId })
    const browser = browse()

    expect((await browser.who('/who?user_id=2')).name).toBe('Steve')
    expect(browser.jar.size).toBe(0)
  })

  test('20. leaves the visitor anonymous when the request names no user', async () => {
    const { browse } = createLoginApp({ options: byUserId })

    expect((await browse().who('/who?user_id=9000')).name).toBe(null)
  })
})
