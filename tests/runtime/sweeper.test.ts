import { afterAll, describe, expect, test } from 'vitest'
import { createLog } from '../../src/runtime/log.ts'
import { keepSweeping, sweepOnce } from '../../src/runtime/sweeper.ts'
import { openTestDatabase } from '../support/database.ts'

const now = new Date('2026-01-01T12:00:00Z')

const database = await openTestDatabase({
  onStatement(sql) {
    if (sql.includes('DELETE FROM "Session"')) throw new Error('The wire is cut')
  },
})
afterAll(database.close)

describe('sweepOnce', () => {
  test('goes on with the other tables when one cannot be swept, and reports that one', async () => {
    const failures: string[] = []
    const onFailure = (error: unknown) => void failures.push(String(error))
    await database.attemptCounter.create({ data: { key: 'over', attempts: 1, endsAt: now } })

    const { signal } = new AbortController()
    await sweepOnce({ database, clock: () => now, onFailure }, signal)

    expect(failures).toEqual([expect.stringContaining('The wire is cut')])
    expect(await database.attemptCounter.count()).toBe(0)
  })
})

describe('keepSweeping', () => {
  test('ends at once when stopped, and sweeps no more', async () => {
    const counter = { key: 'over', attempts: 1, endsAt: now }
    await database.attemptCounter.create({ data: counter })

    await keepSweeping(database, () => now, createLog('silent'))()

    expect(await database.attemptCounter.count()).toBe(1)
  })
})
