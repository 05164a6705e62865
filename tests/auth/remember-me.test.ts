import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Redemption, RememberMe } from '../../src/auth/remember-me.ts'
import { createMemoryRememberStore } from '../../src/auth/remember-store.ts'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { createTestClock } from './support/test-clock.ts'

/** A series that has just been started, and a way to open its store again with other secrets. */
async function startSeries(secrets = ['first secret']) {
  const store = createMemoryRememberStore()
  const clock = createTestClock()
  const withSecrets = (...others: string[]) =>
    new RememberMe({ store, secrets: others, clock: clock.now })
  const rememberMe = withSecrets(...secrets)
  const expiresAt = new Date(clock.now().getTime() + days(30))
  const wanted = { loginId: '1', deviceId: 'a device', expiresAt }
  const { series, token } = await rememberMe.start(wanted)
  const redeem = (presented: string) => rememberMe.redeem(series.id, presented)
  const markSeen = (seen: string) => rememberMe.markSeen(series.id, seen)
  return { store, clock, withSecrets, rememberMe, id: series.id, token, redeem, markSeen }
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

  test('stays good while its successor has not been seen: the answer may have been lost', async () => {
    const { redeem, token, clock } = await startSeries()
    await redeem(token)

    clock.advance(days(7))

    expect((await redeem(token)).kind).toBe('remembered')
  })

  test.each([
    { after: seconds(60) - 1, isSame: true },
    { after: seconds(60), isSame: false },
  ])(
    'is given the same successor as before: $isSame, $after ms later',
    async ({ after, isSame }) => {
      const { redeem, token, clock } = await startSeries()
      const first = tokenOf(await redeem(token))

      clock.advance(after)

      expect(tokenOf(await redeem(token)) === first).toBe(isSame)
    },
  )

  test('gives requests that arrive together after a lost answer one successor, the newest', async () => {
    const { redeem, markSeen, token, clock } = await startSeries()
    await redeem(token)
    clock.advance(days(1))

    const tokens = (await Promise.all([redeem(token), redeem(token), redeem(token)])).map(tokenOf)
    await markSeen(tokens[0] ?? '')

    expect(new Set(tokens).size).toBe(1)
    expect(await redeem(tokens[0] ?? '')).toMatchObject({ kind: 'remembered', isSuccessor: false })
  })

  test.each([
    { after: seconds(60) - 1, kind: 'remembered' },
    { after: seconds(60), kind: 'stolen' },
  ])('is $kind $after ms after its successor was first seen', async ({ after, kind }) => {
    const { redeem, markSeen, token, clock } = await startSeries()
    const successor = tokenOf(await redeem(token))
    await markSeen(successor)

    clock.advance(after / 2)
    await markSeen(successor)
    clock.advance(after / 2)

    expect((await redeem(token)).kind).toBe(kind)
  })

  test('of two uses ago is stolen', async () => {
    const { redeem, markSeen, token, clock } = await startSeries()
    const second = tokenOf(await redeem(token))
    await markSeen(second)
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
    const { redeem, markSeen, token, clock } = await startSeries()
    const successor = tokenOf(await redeem(token))
    await markSeen(successor)
    clock.advance(seconds(59))

    expect(await redeem(successor)).toMatchObject({ token: successor, isSuccessor: false })

    expect((await redeem(token)).kind).toBe('remembered')
  })

  test('that was superseded is stolen: a thief was there first and kept it', async () => {
    const { redeem, token, clock } = await startSeries()
    const thiefs = tokenOf(await redeem(token))
    clock.advance(days(3))
    const owners = tokenOf(await redeem(token))

    expect((await redeem(thiefs)).kind).toBe('stolen')
    expect(owners).not.toBe(thiefs)
  })

  test('of a lost answer can be lost again, up to five times in a row', async () => {
    const { redeem, token, clock } = await startSeries()
    const tokens = new Set<string>()
    for (let visit = 0; visit < 5; visit++) {
      tokens.add(tokenOf(await redeem(token)))
      clock.advance(days(1))
    }

    const [last = ''] = [...tokens].slice(-1)
    expect(tokens.size).toBe(5)
    expect((await redeem(last)).kind).toBe('remembered')
  })

  test('that is lost five times in a row was thrown away by a thief', async () => {
    const { redeem, token, clock } = await startSeries()
    for (let visit = 0; visit < 5; visit++) {
      await redeem(token)
      clock.advance(hours(5))
    }

    expect((await redeem(token)).kind).toBe('stolen')
  })

  test('is lost anew once one has been seen', async () => {
    const { redeem, markSeen, token, clock } = await startSeries()
    let held = token
    for (let visit = 0; visit < 12; visit++) {
      const given = tokenOf(await redeem(held))
      clock.advance(hours(5))
      if (visit % 5 !== 4) continue
      await markSeen(given)
      clock.advance(minutes(2))
      held = given
    }

    expect((await redeem(held)).kind).toBe('remembered')
  })

  test('of a first use is computed as by releases before this one, whose cookies go on', async () => {
    const { redeem, token } = await startSeries(['first secret'])

    const expected = createHmac('sha256', 'first secret')
      .update(`remember-me successor ${token}`)
      .digest('base64url')

    expect(tokenOf(await redeem(token))).toBe(expected)
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
    const { redeem, markSeen, token, clock } = await startSeries()
    await redeem(token)

    await markSeen(token)
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
