import { describe, expect, test } from 'vitest'
import { days, hours, minutes, seconds } from '../../../src/durations.ts'
import { createLoginApp } from '../support/login-app.ts'

const ownCookie = {
  name: 'myname',
  duration: days(2),
  path: '/mypath',
  domain: '.localhost.local',
}

/** Logs in with remember and returns the cookie of that name. */
async function rememberWith(remember: Partial<typeof ownCookie>, duration?: number) {
  const browser = createLoginApp({ remember }).browse()
  await browser.logIn(1, { remember: true, ...(duration ? { duration } : {}) })
  return browser.jar.get(remember.name ?? 'remember')
}

describe('the remember cookie', () => {
  test('53. carries the configured name, path and domain', async () => {
    const cookie = await rememberWith(ownCookie)

    expect(cookie?.attributes).toMatchObject({ path: '/mypath', domain: '.localhost.local' })
  })

  test('54. ends when the configured duration ends', async () => {
    const cookie = await rememberWith(ownCookie)

    expect(cookie?.attributes['max-age']).toBe(String(days(2) / seconds(1)))
    expect(cookie?.attributes.expires).toBeDefined()
  })

  test('55. ends when the duration of this login ends, under the configured name, path and domain', async () => {
    const cookie = await rememberWith(ownCookie, hours(7))

    expect(cookie?.attributes).toMatchObject({
      'max-age': String(hours(7) / seconds(1)),
      path: '/mypath',
      domain: '.localhost.local',
    })
  })

  test('56. takes its duration as a plain number, and the login succeeds', async () => {
    const browser = createLoginApp({ remember: { duration: 172_800_000 } }).browse()

    const res = await browser.post('/log-in', { id: 1, asked: { remember: true } })

    expect(res.status).toBe(200)
    expect(res.body.result).toBe(true)
  })

  test('57. reads that number as milliseconds, as everything in this program does', async () => {
    const cookie = await rememberWith({ duration: 172_800_000 })

    expect(cookie?.attributes['max-age']).toBe('172800')
  })
})

describe('a duration that is no length of time', () => {
  // JSON and settings can bring what the types forbid.
  const wrong: { duration: number } = JSON.parse('{ "duration": "123" }')

  test('58. stops the start when it is configured, instead of a 500 at every login', () => {
    expect(() => createLoginApp({ remember: wrong })).toThrow(TypeError)
  })

  test('59. is a 500 when this login brings it, and no user is logged in', async () => {
    const browser = createLoginApp().browse()

    const res = await browser.post('/log-in', { id: 1, asked: { remember: true, ...wrong } })

    expect(res.status).toBe(500)
    expect((await browser.who()).name).toBe(null)
  })

  test('60. is named with its option when it is configured', () => {
    expect(() => createLoginApp({ remember: wrong })).toThrow(
      'remember.duration must be a number of milliseconds above 0, instead got: 123',
    )
  })

  test('61. is named when this login brings it', async () => {
    const browser = createLoginApp().browse()

    const res = await browser.post('/log-in', { id: 1, asked: { remember: true, ...wrong } })

    expect(res.body.error).toBe(
      'duration must be a number of milliseconds above 0, instead got: 123',
    )
  })
})

describe('later requests of a remembered browser', () => {
  test('62. leave the end of the cookie where it is', async () => {
    const { browse, clock } = createLoginApp()
    const browser = browse()
    await browser.logIn(1, { remember: true })
    const end = browser.jar.get('remember')?.expiresAt

    clock.advance(minutes(1))
    await browser.who()

    expect(browser.jar.get('remember')?.expiresAt).toBe(end)
  })

  test('63. move it on with refreshEachRequest, for those who chose to be remembered', async () => {
    const { browse, clock } = createLoginApp({ remember: { refreshEachRequest: true } })
    const [browser, other] = [browse(), browse()]
    await browser.logIn(1, { remember: true })
    await other.logIn(2)
    const end = browser.jar.get('remember')?.expiresAt ?? 0

    clock.advance(minutes(1))
    await browser.who()
    await other.who()

    expect(browser.jar.get('remember')?.expiresAt).toBe(end + minutes(1))
    expect(other.jar.has('remember')).toBe(false)
  })
})
