import { afterEach, describe, expect, test, vi } from 'vitest'
import { HashQueue, hashesAtOnce, Overloaded } from '../../src/accounts/hash-queue.ts'
import { seconds } from '../../src/durations.ts'
import { heldWork, turn } from '../support/held-work.ts'

afterEach(() => void vi.useRealTimers())

/** A queue with one hash at once, held open until `endNext`; `ask` joins the line. */
function openQueue(waiting: number) {
  const queue = new HashQueue({ concurrency: 1, waiting, deadline: seconds(5) })
  const { begun, work, endNext } = heldWork()
  const refused: string[] = []
  const ask = (name: string, client = { network: 'home' }) =>
    queue.run(work(name), client).catch((error: unknown) => {
      refused.push(name)
      return error
    })
  const endAll = async () => {
    for (let time = 0; time <= waiting + 1; time++) {
      endNext()
      await turn()
    }
  }
  return { queue, begun, refused, ask, endNext, endAll }
}

describe('a hash queue', () => {
  test('lets no more than its number work at once', async () => {
    const queue = new HashQueue({ concurrency: 2, waiting: 20 })
    let working = 0
    let most = 0

    await Promise.all(
      Array.from({ length: 20 }, () =>
        queue.run(async () => {
          most = Math.max(most, ++working)
          await turn()
          working--
        }),
      ),
    )

    expect(most).toBe(2)
  })

  test('serves one network in the order of arrival, ahead of a newcomer', async () => {
    const { begun, ask, endNext, endAll } = openQueue(5)

    for (const name of ['first', 'second', 'third']) void ask(name)
    await turn()
    endNext()
    void ask('newcomer')
    await endAll()

    expect(begun).toEqual(['first', 'second', 'third', 'newcomer'])
  })

  test('refuses at once when it is full, says when to come back, and does no work', async () => {
    const { begun, ask, endAll } = openQueue(1)
    const admitted = [ask('works'), ask('waits')]

    const refused = await ask('refused')

    expect(refused).toBeInstanceOf(Overloaded)
    expect(refused).toMatchObject({ retryAfter: 5 })
    await endAll()
    expect(await Promise.all(admitted)).toEqual(['works', 'waits'])
    expect(begun).toEqual(['works', 'waits'])
  })

  test('refuses what has waited past the deadline, and nothing sooner', async () => {
    vi.useFakeTimers()
    const { begun, refused, ask } = openQueue(2)
    void ask('works')
    void ask('waits')

    await vi.advanceTimersByTimeAsync(seconds(5) - 1)
    const before = [...refused]
    await vi.advanceTimersByTimeAsync(1)

    expect([before, refused]).toEqual([[], ['waits']])
    expect(begun).toEqual(['works'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has room for as many as it can answer at the speed of the latest hashes', async () => {
    vi.useFakeTimers()
    const queue = new HashQueue({ concurrency: 2, waiting: 16, deadline: seconds(5) })
    const hash = (duration: number) => () => new Promise((done) => setTimeout(done, duration))
    const placesAfter = async (duration: number) => {
      for (let time = 0; time < 20; time++) {
        const both = [queue.run(hash(duration)), queue.run(hash(duration))]
        await vi.advanceTimersByTimeAsync(duration)
        await Promise.all(both)
      }
      const all = Array.from({ length: 20 }, () => queue.run(hash(1)).catch(() => 'refused'))
      await vi.advanceTimersByTimeAsync(20)
      return (await Promise.all(all)).filter((outcome) => outcome !== 'refused').length
    }

    expect(await placesAfter(250)).toBe(2 + 16)
    expect(await placesAfter(1_001)).toBe(2 + 4)
    expect(await placesAfter(9_000)).toBe(2)
  })

  test('forgets the deadline of one who was let in', async () => {
    vi.useFakeTimers()
    const { begun, refused, ask, endNext } = openQueue(2)
    for (const name of ['first', 'second']) void ask(name)
    await vi.advanceTimersByTimeAsync(seconds(3))
    endNext()
    void ask('third')

    await vi.advanceTimersByTimeAsync(seconds(3))
    endNext()
    await vi.advanceTimersByTimeAsync(0)

    expect([begun, refused]).toEqual([['first', 'second', 'third'], []])
  })

  test('frees the place of work that fails, and passes the failure on', async () => {
    const queue = new HashQueue({ concurrency: 1, waiting: 0 })

    const failure = queue.run(() => Promise.reject(new Error('no memory')))

    await expect(failure).rejects.toThrow('no memory')
    expect(await queue.run(async () => 'next')).toBe('next')
  })
})

describe('a client that hangs up', () => {
  test('leaves its place to the next in line', async () => {
    const { queue, begun, ask, endAll } = openQueue(1)
    const client = new AbortController()
    void ask('works')
    const hungUp = queue.run(async () => 'hung up', { network: 'home', signal: client.signal })
    await turn()

    client.abort()
    void ask('patient')

    await expect(hungUp).rejects.toBe(client.signal.reason)
    await endAll()
    expect(begun).toEqual(['works', 'patient'])
  })

  test('costs no hash when it hung up on the way', async () => {
    const { begun, work } = heldWork()
    const signal = AbortSignal.abort()

    const answer = new HashQueue().run(work('gone'), { network: 'home', signal })

    await expect(answer).rejects.toBe(signal.reason)
    expect(begun).toEqual([])
  })

  test('is no longer listened to once it was let in', async () => {
    const { queue, ask, endAll, endNext } = openQueue(2)
    const client = new AbortController()
    void ask('first')
    const { work, endNext: endSecond } = heldWork()
    const second = queue.run(work('second'), { network: 'home', signal: client.signal })
    const third = ask('third')
    await turn()
    endNext()
    await turn()

    client.abort()
    endSecond()
    await endAll()

    expect(await Promise.all([second, third])).toEqual(['second', 'third'])
  })
})

describe('a hash queue, while requests keep the main thread busy', () => {
  const openBusy = (settings: { concurrency: number; cores: number }) => {
    const state = { isBusy: true }
    const queue = new HashQueue({ ...settings, waiting: 9, isBusy: () => state.isBusy })
    const { begun, work, endNext } = heldWork()
    // Some still wait when the test is over.
    const ask = (name: string) => void queue.run(work(name)).catch(() => {})
    return { state, queue, begun, ask, endNext }
  }

  test.each([
    { concurrency: 2, cores: 2, most: 1 },
    { concurrency: 3, cores: 3, most: 2 },
    { concurrency: 3, cores: 4, most: 3 },
    { concurrency: 1, cores: 1, most: 1 },
    { concurrency: 1, cores: 2, most: 1 },
  ])('does $most at once of $concurrency on $cores cores', async ({ concurrency, cores, most }) => {
    const { queue, ask } = openBusy({ concurrency, cores })

    for (let number = 0; number < 5; number++) ask(`${number}`)
    await turn()

    expect(queue.load).toEqual({ working: most, waiting: 5 - most })
  })

  test('fills the other places once it is not, in the order of arrival', async () => {
    const { state, begun, ask, endNext } = openBusy({ concurrency: 2, cores: 2 })
    for (const name of ['first', 'second', 'third']) ask(name)
    await turn()

    state.isBusy = false
    ask('newcomer')
    await turn()
    const before = [...begun]
    endNext()
    await turn()

    expect(before).toEqual(['first'])
    expect(begun).toEqual(['first', 'second', 'third'])
  })

  test('begins no other while those of a calmer time work', async () => {
    const { state, begun, ask, endNext } = openBusy({ concurrency: 2, cores: 2 })
    state.isBusy = false
    for (const name of ['first', 'second', 'third']) ask(name)
    await turn()

    state.isBusy = true
    endNext()
    await turn()
    const between = [...begun]
    endNext()
    await turn()

    expect(between).toEqual(['first', 'second'])
    expect(begun).toEqual(['first', 'second', 'third'])
  })

  test('has room for as many as it can answer one after the other', async () => {
    vi.useFakeTimers()
    const { state, queue } = openBusy({ concurrency: 2, cores: 2 })
    const hash = () => new Promise((done) => setTimeout(done, seconds(1)))
    const countAdmitted = async () => {
      const asked = Array.from({ length: 12 }, () => queue.run(hash).catch(() => 'refused'))
      await vi.advanceTimersByTimeAsync(seconds(12))
      return (await Promise.all(asked)).filter((outcome) => outcome !== 'refused').length
    }
    // Until it knows how long a hash takes.
    for (let time = 0; time < 5; time++) await countAdmitted()

    const whileBusy = await countAdmitted()
    state.isBusy = false

    expect([whileBusy, await countAdmitted()]).toEqual([3, 7])
  })

  test('refuses early when its line is full', () => {
    const { queue, ask } = openBusy({ concurrency: 2, cores: 2 })

    for (let number = 0; number < 10; number++) ask(`${number}`)

    expect(() => queue.assertRoomFor('')).toThrow(Overloaded)
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

describe('a full queue', () => {
  const fill = ({ ask }: ReturnType<typeof openQueue>, count: number) => {
    for (let number = 0; number < count; number++) void ask(`crowd ${number}`, { network: 'crowd' })
  }

  test('serves networks in turn, however long the line of one is', async () => {
    const open = openQueue(8)
    fill(open, 5)

    void open.ask('first from elsewhere', { network: 'elsewhere' })
    void open.ask('second from elsewhere', { network: 'elsewhere' })
    await open.endAll()

    expect(open.begun.indexOf('first from elsewhere')).toBe(2)
    expect(open.begun.indexOf('second from elsewhere')).toBe(4)
  })

  test('makes room for another network at the cost of the longest line', async () => {
    const open = openQueue(4)
    fill(open, 5)

    void open.ask('from elsewhere', { network: 'elsewhere' })
    await open.endAll()

    expect(open.refused).toEqual(['crowd 4'])
    expect(open.begun).toContain('from elsewhere')
  })

  test('says so to the network with the longest line only, before anything is tried', async () => {
    const open = openQueue(4)
    open.queue.assertRoomFor('crowd')

    fill(open, 5)

    expect(() => open.queue.assertRoomFor('crowd')).toThrow(Overloaded)
    open.queue.assertRoomFor('elsewhere')
    await open.endAll()
    open.queue.assertRoomFor('crowd')
  })

  test('is shared by halves between two networks that both want all of it', async () => {
    const open = openQueue(4)
    fill(open, 5)

    for (let number = 0; number < 5; number++) {
      void open.ask(`elsewhere ${number}`, { network: 'elsewhere' })
    }
    await turn()

    const kept = 'crowd 0, crowd 1, elsewhere 0, crowd 2, elsewhere 1'
    await open.endAll()
    expect(open.begun.join(', ')).toBe(kept)
  })

  test('is never the work of one account: a quarter of the places is its share', async () => {
    const open = openQueue(8)
    const asAda = { network: 'home', account: 'ada' }

    for (let number = 0; number < 5; number++) void open.ask(`ada ${number}`, asAda)
    void open.ask('another', { network: 'home' })
    await open.endAll()

    expect(open.begun).toEqual(['ada 0', 'ada 1', 'ada 2', 'another'])
    expect(open.refused).toEqual(['ada 3', 'ada 4'])
  })
})
