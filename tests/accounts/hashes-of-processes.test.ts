import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { heldWork } from '../support/held-work.ts'

const site = await openTestApp()
afterAll(site.close)

// The program is loaded already, by another test: its imports are to see the change, and the end of it.
beforeEach(() => {
  vi.spyOn(os, 'availableParallelism').mockReturnValue(4)
  syncBuiltinESMExports()
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

describe('WEB_CONCURRENCY=2 on four cores hashes three at once', () => {
  test.each([
    { index: '0', atOnce: 2 },
    { index: '1', atOnce: 1 },
  ])('$atOnce in process $index', async ({ index, atOnce }) => {
    vi.stubEnv('NODE_APP_INSTANCE', index)
    const { services } = await openTestApp({ WEB_CONCURRENCY: '2' }, site)
    const { begun, work, endNext } = heldWork()
    const all = ['a', 'b', 'c'].map((name) => services.hashQueue.run(work(name)))

    const started = begun.length
    const done = Promise.all(all)
    for (const _ of all) {
      endNext()
      await new Promise(setImmediate)
    }
    await done

    expect(started).toBe(atOnce)
  })
})
