import { describe, expect, test } from 'vitest'
import { RememberMe } from '../../src/auth/remember-me.ts'
import { createMemoryRememberStore } from '../../src/auth/remember-store.ts'
import { days } from '../../src/durations.ts'
import { openBrowser } from './support/browser.ts'
import { createLoginApp } from './support/login-app.ts'
import { createTestClock } from './support/test-clock.ts'

/** Starts a series under one secret; returns what redeeming its tokens comes to under others. */
async function startUnder(secret: string) {
  const store = createMemoryRememberStore()
  const { now } = createTestClock()
  const under = (...secrets: string[]) => new RememberMe({ store, secrets, clock: now })
  const expiresAt = new Date(now().getTime() + days(30))
  const { series, token } = await under(secret).start({ loginId: '1', deviceId: null, expiresAt })
  return {
    token,
    redeem: (presented: string, ...s: string[]) => under(...s).redeem(series.id, presented),
  }
}

describe('a remember series', () => {
  test('goes on under a newer secret, while the older one is still listed', async () => {
    const { redeem, token } = await startUnder('older')

    const redemption = await redeem(token, 'newer', 'older')

    expect(redemption).toMatchObject({ kind: 'remembered', isSuccessor: true })
  })

  test('needs the newer secret alone once it has been used under it', async () => {
    const { redeem, token } = await startUnder('older')
    const first = await redeem(token, 'newer', 'older')
    const successor = first.kind === 'remembered' ? first.token : ''

    expect(await redeem(successor, 'newer')).toMatchObject({ kind: 'remembered' })
  })

  test('gives a repeated token the successor it gave before the secrets changed', async () => {
    const { redeem, token } = await startUnder('older')
    const first = await redeem(token, 'older')
    const again = await redeem(token, 'newer', 'older')

    expect(first).toMatchObject({ kind: 'remembered' })
    expect(again).toMatchObject({ token: first.kind === 'remembered' ? first.token : '' })
  })

  test('ends, and is no theft, when its secret is dropped', async () => {
    const { redeem, token } = await startUnder('older')

    expect(await redeem(token, 'newer')).toEqual({ kind: 'unknown' })
  })
})

describe('a remember cookie', () => {
  /** Logs in where one secret signs; returns a browser with that cookie alone before the same store under other secrets. */
  async function moveTo(secrets: string[]) {
    const before = createLoginApp({ options: { secrets: ['older'] } })
    const browser = before.browse()
    await browser.logIn(1, { remember: true })
    const remember = { store: before.rememberStore }
    const after = createLoginApp({ options: { secrets }, remember })
    const moved = openBrowser(after.app, after.clock.now)
    const cookie = browser.jar.get('remember')
    if (cookie) moved.jar.set('remember', cookie)
    return { moved, cookie }
  }

  test('signed by an older secret still logs its owner in, and comes back signed by the newest', async () => {
    const { moved, cookie } = await moveTo(['newer', 'older'])

    expect((await moved.who()).name).toBe('Notch')
    expect(moved.jar.get('remember')?.value).not.toBe(cookie?.value)
    moved.loseSession()
    expect((await moved.who()).name).toBe('Notch')
  })

  test('signed by a dropped secret logs no user in, and is left alone: it could be of another program', async () => {
    const { moved } = await moveTo(['newer'])

    expect((await moved.who()).name).toBe(null)
    expect(moved.jar.has('remember')).toBe(true)
  })
})
