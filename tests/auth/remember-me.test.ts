import { describe, expect, test } from 'vitest'
import { createRememberMe, type Redemption } from '../../src/auth/remember-me.ts'
import { createMemoryRememberStore } from '../../src/auth/remember-store.ts'
import { days, minutes, seconds } from '../../src/durations.ts'
import { createTestClock } from './support/test-clock.ts'

/** Returns a series that has just been started, and a way to open its store again with other secrets. */
async function startSeries(secrets = ['first secret']) {
  const store = createMemoryRememberStore()
  const clock = createTestClock()
  const withSecrets = (...others: string[]) =>
    createRememberMe({ store, secrets: others, clock: clock.now })
  const rememberMe = withSecrets(...secrets)
  const expiresAt = new Date(clock.now().getTime() + days(30))
  const wanted = { loginId: '1', deviceId: 'a device', expiresAt }
  const { series, token } = await rememberMe.start(wanted)
  const redeem = (presented: string) => rememberMe.redeem(series.id, presented)
  const confirm = (seen: string) => rememberMe.confirm(series.id, seen)
  return { store, clock, withSecrets, rememberMe, id: series.id, token, redeem, confirm }
}

const tokenOf = (redemption: Redemption) =>
  redemption.kind === 'remembered' ? redemption.token : redemption.kind

describe('a token', () => {
  test('is answered with its successor, for the one who started the series, until it ends', async () => {
    const { redeem, token, clock } = await startSeries()

    const redemption = await redeem(token)

    expect(redemption).toMatchObject({
      kind: 'remembered',
      isSuccessor: true,
      series: { loginId: '1', deviceId: 'a device' },
    })
    expect(tokenOf(redemption)).not.toBe(token)
    clock.advance(days(30))
    expect(await redeem(tokenOf(redemption))).toEqual({ kind: 'unknown' })
  })

  test('is kept as a hash only', async () => {
    const { store, id, token, clock } = await startSeries()

    const series = await store.find(id, clock.now())

    expect(JSON.stringify(series)).not.toContain(token)
  })

  test('gives requests that arrive together the same successor', async () => {
    const { redeem, token } = await startSeries()

    const redemptions = await Promise.all([redeem(token), redeem(token), redeem(token)])

    expect(redemptions.map(({ kind }) => kind)).toEqual(Array(3).fill('remembered'))
    expect(new Set(redemptions.map(tokenOf)).size).toBe(1)
  })

  test('is good for ever while its successor has not been seen: the answer may have been lost', async () => {
    const { redeem, token, clock } = await startSeries()
    const lost = await redeem(token)

    clock.advance(days(7))

    expect(tokenOf(await redeem(token))).toBe(tokenOf(lost))
  })

  test.each([
    { after: seconds(60) - 1, kind: 'remembered' },
    { after: seconds(60), kind: 'stolen' },
  ])('is $kind $after ms after its successor was first seen', async ({ after, kind }) => {
    const { redeem, confirm, token, clock } = await startSeries()
    const successor = tokenOf(await redeem(token))
    await confirm(successor)

    clock.advance(after / 2)
    await confirm(successor)
    clock.advance(after / 2)

    expect((await redeem(token)).kind).toBe(kind)
  })

  test('of two uses ago is stolen', async () => {
    const { redeem, confirm, token, clock } = await startSeries()
    const second = tokenOf(await redeem(token))
    await confirm(second)
    clock.advance(minutes(2))
    await redeem(second)

    expect(await redeem(token)).toMatchObject({ kind: 'stolen', series: { loginId: '1' } })
  })

  test('that never was is stolen, since only a signed cookie brings one', async () => {
    const { redeem } = await startSeries()

    expect((await redeem('no token of ours')).kind).toBe('stolen')
  })
})

describe('a successor', () => {
  test('is not replaced before the minute of its predecessor is over', async () => {
    const { redeem, confirm, token, clock } = await startSeries()
    const successor = tokenOf(await redeem(token))
    await confirm(successor)
    clock.advance(seconds(59))

    expect(await redeem(successor)).toMatchObject({ token: successor, isSuccessor: false })

    expect((await redeem(token)).kind).toBe('remembered')
  })

  test('counts as seen when it is redeemed', async () => {
    const { redeem, token, clock } = await startSeries()
    const successor = tokenOf(await redeem(token))

    await redeem(successor)
    clock.advance(seconds(60))

    expect((await redeem(token)).kind).toBe('stolen')
    expect(await redeem(successor)).toMatchObject({ kind: 'remembered', isSuccessor: true })
  })

  test('is not taken for seen when its predecessor is', async () => {
    const { redeem, confirm, token, clock } = await startSeries()
    await redeem(token)

    await confirm(token)
    clock.advance(days(1))

    expect((await redeem(token)).kind).toBe('remembered')
  })
})

describe('a series', () => {
  test('that was ended is unknown', async () => {
    const { rememberMe, redeem, id, token } = await startSeries()

    await rememberMe.end(id)

    expect(await redeem(token)).toEqual({ kind: 'unknown' })
  })

  test('is unknown by any other id', async () => {
    const { rememberMe, token } = await startSeries()

    expect(await rememberMe.redeem('another', token)).toEqual({ kind: 'unknown' })
  })
})
