import { readlink } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { describe, expect, test } from 'vitest'
import { lowerHashThreads } from '../../src/accounts/hash-threads.ts'

describe.runIf(process.platform === 'linux')('lowerHashThreads', () => {
  test('lets the main thread go before those that hash', async () => {
    const before = getPriority()

    const problem = await lowerHashThreads()
    const thread = Number((await readlink('/proc/thread-self')).split('/').at(-1))

    expect(problem).toBe(null)
    expect(getPriority(thread)).toBeGreaterThan(before)
    expect(getPriority(process.pid)).toBe(before)
  })
})

describe.runIf(process.platform !== 'linux')('lowerHashThreads elsewhere', () => {
  test('says that it cannot', async () => {
    expect(await lowerHashThreads()).toContain('no priorities of threads')
  })
})
