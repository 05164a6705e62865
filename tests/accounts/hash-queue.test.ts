import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHashQueue, hashesAtOnce, isBusy } from '../../src/accounts/hash-queue.ts'
import { seconds } from '../../src/durations.ts'
import { heldWork, turn } from '../support/held-work.ts'

describe('createHashQueue', () => {
  afterEach(() => void vi.useRealTimers())

  test('lets no more than its number work at once', async () => {
    const gate = createHashQueue({ concurrency: 2, waiting: 20 })
    let working = 0
    let most = 0

    await Promise.all(
      Array.from({ length: 20 }, () =>
        gate.run(async () => {
          most = Math.max(most, ++working)
          await turn()
          working--
        }),
      ),
    )

    expect(most).toBe(2)
  })

  test('serves those who wait in the order they came, ahead of a newcomer', async () => {
    const { begun, work, endNext } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 5 })

    const all = ['first', 'second', 'third'].map((name) => gate.run(work(name)))
    await turn()
    endNext()
    all.push(gate.run(work('newcomer')))
    for (let left = 3; left > 0; left--) {
      await turn()
      endNext()
    }
    await Promise.all(all)

    expect(begun).toEqual(['first', 'second', 'third', 'newcomer'])
  })

  test('refuses at once when the queue is full, says when to come back, and does no work', async () => {
    const { begun, work, endNext } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 1, deadline: seconds(5) })
    const admitted = [gate.run(work('works')), gate.run(work('waits'))]

    const refused = await gate.run(work('refused'))

    expect(refused).toEqual({ busy: true, retryAfterSeconds: 5 })
    endNext()
    await turn()
    endNext()
    expect(await Promise.all(admitted)).toEqual(['works', 'waits'])
    expect(begun).toEqual(['works', 'waits'])
  })

  test('sends away who has waited past the deadline, and no one sooner', async () => {
    vi.useFakeTimers()
    const { begun, work } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 2, deadline: seconds(5) })
    const answers: unknown[] = []
    void gate.run(work('works'))
    void gate.run(work('waits')).then((answer) => answers.push(answer))

    await vi.advanceTimersByTimeAsync(seconds(5) - 1)
    const before = answers.length
    await vi.advanceTimersByTimeAsync(1)

    expect(before).toBe(0)
    expect(answers.map(isBusy)).toEqual([true])
    expect(begun).toEqual(['works'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has room for as many as it can answer at the speed of the latest hashes', async () => {
    vi.useFakeTimers()
    const gate = createHashQueue({ concurrency: 2, waiting: 16, deadline: seconds(5) })
    const roomAfter = async (duration: number) => {
      const hash = () => gate.run(() => new Promise((done) => setTimeout(done, duration)))
      for (let time = 0; time < 20; time++) {
        const both = [hash(), hash()]
        await vi.advanceTimersByTimeAsync(duration)
        await Promise.all(both)
      }
      return gate.capacity
    }

    const fresh = gate.capacity

    expect(fresh).toBe(18)
    expect(await roomAfter(250)).toBe(18)
    expect(await roomAfter(1_001)).toBe(2 + 4)
    expect(await roomAfter(9_000)).toBe(2)
    expect(await roomAfter(250)).toBe(18)
  })

  test('forgets the deadline of one who was let in', async () => {
    vi.useFakeTimers()
    const { begun, work, endNext } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 2, deadline: seconds(5) })
    for (const name of ['first', 'second']) void gate.run(work(name))
    await vi.advanceTimersByTimeAsync(seconds(3))
    endNext()
    void gate.run(work('third'))

    await vi.advanceTimersByTimeAsync(seconds(3))
    endNext()
    await vi.advanceTimersByTimeAsync(0)

    expect(begun).toEqual(['first', 'second', 'third'])
  })

  test('lets the next in line take the place of one who hung up', async () => {
    const { begun, work, endNext } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 1 })
    const visitor = new AbortController()
    const working = gate.run(work('works'))
    const hungUp = gate.run(work('hung up'), visitor.signal)
    await turn()

    visitor.abort()
    const patient = gate.run(work('patient'))
    endNext()
    await turn()
    endNext()

    expect(isBusy(await hungUp)).toBe(true)
    expect(await Promise.all([working, patient])).toEqual(['works', 'patient'])
    expect(begun).toEqual(['works', 'patient'])
  })

  test('spends nothing on a visitor who was gone before they came', async () => {
    const { begun, work } = heldWork()

    const answer = await createHashQueue().run(work('gone'), AbortSignal.abort())

    expect(isBusy(answer)).toBe(true)
    expect(begun).toEqual([])
  })

  test('frees the place of work that fails, and passes the failure on', async () => {
    const gate = createHashQueue({ concurrency: 1, waiting: 0 })

    const failure = gate.run(() => Promise.reject(new Error('no memory')))

    await expect(failure).rejects.toThrow('no memory')
    expect(await gate.run(async () => 'next')).toBe('next')
  })

  test('no longer listens to a visitor who was let in', async () => {
    const { work, endNext } = heldWork()
    const gate = createHashQueue({ concurrency: 1, waiting: 2 })
    const visitor = new AbortController()
    const first = gate.run(work('first'))
    const second = gate.run(work('second'), visitor.signal)
    const third = gate.run(work('third'))
    await turn()
    endNext()
    await first
    await turn()

    visitor.abort()
    endNext()
    await turn()
    endNext()

    expect(await Promise.all([second, third])).toEqual(['second', 'third'])
  })
})

describe('hashesAtOnce', () => {
  test.each([
    { cores: 1, processes: 1, shares: [1] },
    { cores: 2, processes: 1, shares: [2] },
    { cores: 4, processes: 1, shares: [3] },
    { cores: 64, processes: 1, shares: [3] },
    { cores: 4, processes: 2, shares: [2, 1] },
    { cores: 2, processes: 2, shares: [1, 1] },
    { cores: 4, processes: 3, shares: [1, 1, 1] },
    // None can do without one.
    { cores: 1, processes: 2, shares: [1, 1] },
    { cores: 4, processes: 5, shares: [1, 1, 1, 1, 1] },
  ])('shares $cores cores among $processes processes: $shares', ({ cores, processes, shares }) => {
    expect(shares.map((_, index) => hashesAtOnce({ processes, index, cores }))).toEqual(shares)
  })
})
