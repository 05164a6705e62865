import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { RememberMe } from '../../src/auth/remember-me.ts'
import { createMemoryRememberStore, type RememberSeries } from '../../src/auth/remember-store.ts'
import { hours, minutes } from '../../src/durations.ts'
import { createRememberStore } from '../../src/sessions/remember-store.ts'
import { formatLoginId } from '../../src/sessions/session-rows.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

// The model of 2,000 lives runs on the store in memory: each step of the other must be the same.

const database = await openTestDatabase()
afterAll(() => database.close())

const user = userRow()
await database.user.create({ data: user })

const NOW = new Date('2026-03-01T00:00:00Z')
const later = (wait: number) => new Date(NOW.getTime() + wait)

describe.each([
  ['in the database', createRememberStore(database)],
  ['in memory', createMemoryRememberStore()],
])('the remember store %s', (_, store) => {
  async function create(): Promise<RememberSeries> {
    const series = {
      id: randomUUID(),
      loginId: formatLoginId(user),
      deviceId: null,
      tokenHash: 'first',
      previousHash: null,
      rotatedAt: null,
      seenAt: null,
      generation: 0,
      keyId: 'key',
      expiresAt: later(minutes(60)),
    }
    await store.create(series, NOW)
    return series
  }

  const SECOND = { from: 'first', to: 'second', keyId: 'key 2', at: later(minutes(1)) }
  const THIRD = { tokenHash: 'second', generation: 0, to: 'third', keyId: 'key 3' }
  const superseding = { ...THIRD, at: later(minutes(2)) }

  test('finds a series as it was made, until it expires', async () => {
    const series = await create()

    expect(await store.find(series.id, later(minutes(59)))).toEqual(series)
    expect(await store.find(series.id, later(minutes(60)))).toBeNull()
    expect(await store.find(randomUUID(), NOW)).toBeNull()
  })

  test('rotates the current token once, of two that come together', async () => {
    const { id, ...series } = await create()

    const wins = [
      await store.rotate(id, SECOND),
      await store.rotate(id, { ...SECOND, to: 'other' }),
    ]

    expect(wins).toEqual([true, false])
    expect(await store.find(id, NOW)).toEqual({
      ...series,
      id,
      tokenHash: 'second',
      previousHash: 'first',
      keyId: 'key 2',
      rotatedAt: SECOND.at,
    })
  })

  test('supersedes a token once, and keeps which one is the previous', async () => {
    const { id, ...series } = await create()
    await store.rotate(id, SECOND)

    const wins = [
      await store.supersede(id, superseding),
      await store.supersede(id, { ...superseding, to: 'other' }),
      await store.supersede(id, { ...superseding, tokenHash: 'third', to: 'other' }),
    ]

    expect(wins).toEqual([true, false, false])
    expect(await store.find(id, NOW)).toEqual({
      ...series,
      id,
      tokenHash: 'third',
      previousHash: 'first',
      keyId: 'key 3',
      generation: 1,
      rotatedAt: superseding.at,
    })
  })

  test('supersedes no token that has been seen', async () => {
    const { id } = await create()
    await store.rotate(id, SECOND)
    await store.markSeen(id, 'second', NOW)

    expect(await store.supersede(id, superseding)).toBe(false)
    expect(await store.find(id, NOW)).toMatchObject({ tokenHash: 'second', generation: 0 })
  })

  test('counts how often a token was superseded: the sixth time that its predecessor comes is theft', async () => {
    let now = NOW
    const rememberMe = new RememberMe({ store, secrets: ['a secret'], clock: () => now })
    const wanted = { loginId: formatLoginId(user), deviceId: null, expiresAt: later(hours(48)) }
    const { series, token } = await rememberMe.start(wanted)

    const kinds: string[] = []
    for (let visit = 0; visit < 6; visit++) {
      kinds.push((await rememberMe.redeem(series.id, token)).kind)
      now = new Date(now.getTime() + hours(5))
    }

    expect(kinds).toEqual([...Array(5).fill('remembered'), 'stolen'])
  })

  test('notes when the current token was first seen, and of no other', async () => {
    const { id } = await create()
    await store.rotate(id, SECOND)

    await store.markSeen(id, 'first', later(minutes(3)))
    const before = await store.find(id, NOW)
    await store.markSeen(id, 'second', later(minutes(4)))
    await store.markSeen(id, 'second', later(minutes(5)))

    expect(before?.seenAt).toBeNull()
    expect((await store.find(id, NOW))?.seenAt).toEqual(later(minutes(4)))
  })

  test('begins anew with each rotation, and ends', async () => {
    const { id } = await create()
    await store.rotate(id, SECOND)
    await store.supersede(id, superseding)
    await store.markSeen(id, 'third', NOW)

    await store.rotate(id, { ...SECOND, from: 'third', to: 'fourth' })
    const rotated = await store.find(id, NOW)
    await store.end(id)

    expect(rotated).toMatchObject({ previousHash: 'third', generation: 0, seenAt: null })
    expect(await store.find(id, NOW)).toBeNull()
  })
})
