import { describe, expect, test } from 'vitest'
import { takeInterruptedPost } from '../../src/auth/interrupted-post.ts'
import { days, minutes } from '../../src/durations.ts'
import { requireEither } from './support/guarded-pages.ts'
import { createLoginApp } from './support/login-app.ts'

/** A stale login whose form has been stopped, and a way to ask for it again. */
async function withStoppedForm(fields: object) {
  const loginApp = createLoginApp({
    options: { refreshView: '/refresh' },
    addPages(app, manager) {
      requireEither(app, manager)
      app.get('/interrupted', (req, res) => {
        const { path = '/guarded-twice?tab=2', loginId = '1', nonce } = req.query
        const detour = { loginId: String(loginId), path: String(path), nonce }
        res.json(takeInterruptedPost(req, { ...detour, now: loginApp.clock.now() }))
      })
    },
  })
  const browser = loginApp.browse()
  await browser.logIn(1, { fresh: false })
  const stopped = await browser.post('/guarded-twice?tab=2', fields)
  const led = new URLSearchParams(stopped.headers.location?.split('?')[1])
  const nonce = led.get('resume') ?? ''
  const take = async (query: Record<string, string> = { nonce }) =>
    (await browser.get(`/interrupted?${new URLSearchParams(query)}`)).body
  return { ...loginApp, browser, take, nonce, led }
}

describe('a form that is sent while the login is stale', () => {
  test('is kept without its secrets, and given back once', async () => {
    const secrets = { password: 'a', current: 'b', confirm: 'c', _csrf: 'd' }
    const { take } = await withStoppedForm({ color: 'red', ...secrets, many: ['x'] })

    expect(await take()).toMatchObject({ fields: { color: 'red' }, path: '/guarded-twice?tab=2' })
    expect(await take()).toBe('done')
  })

  test('is given back only to the URL that its redirect led to', async () => {
    const { take, led } = await withStoppedForm({ color: 'red' })

    expect(led.get('next')).toBe('/guarded-twice?tab=2')
    expect(await take({})).toBe(null)
    expect(await take({ nonce: 'guessed' })).toBe('lost')
    expect(await take()).toMatchObject({ fields: { color: 'red' } })
  })

  test('is forgotten when a page that is only read asks for the password next', async () => {
    const { browser, take } = await withStoppedForm({ color: 'red' })

    await browser.get('/guarded-twice?tab=2')

    expect(await take()).toBe('lost')
  })

  test('is lost once a clock that was ahead is right again', async () => {
    const { take, clock } = await withStoppedForm({ color: 'red' })

    clock.advance(-days(10))

    expect(await take()).toBe('lost')
  })

  test('survives the new session id that confirming brings', async () => {
    const { take, browser } = await withStoppedForm({ color: 'red' })

    await browser.confirm()

    expect(await take()).toMatchObject({ fields: { color: 'red' } })
  })

  test('does not survive a login of another user', async () => {
    const { take, browser } = await withStoppedForm({ color: 'red' })

    await browser.logIn(2)

    expect(await take()).toBe('lost')
  })

  test('is lost for another user', async () => {
    const { take, nonce } = await withStoppedForm({ color: 'red' })

    expect(await take({ nonce, loginId: '2' })).toBe('lost')
  })

  test('is not given where another page is wanted', async () => {
    const { take, nonce } = await withStoppedForm({ color: 'red' })

    expect(await take({ nonce, path: '/account' })).toBe('lost')
  })

  test.each([
    { after: minutes(5), outcome: expect.objectContaining({ fields: { color: 'red' } }) },
    { after: minutes(5) + 1, outcome: 'lost' },
  ])('is good for five minutes: after $after ms', async ({ after, outcome }) => {
    const { take, clock } = await withStoppedForm({ color: 'red' })

    clock.advance(after)

    expect(await take()).toEqual(outcome)
  })

  test('is lost when it would burden the session', async () => {
    const { take } = await withStoppedForm({ color: 'x'.repeat(5000) })

    expect(await take()).toBe('lost')
  })
})
