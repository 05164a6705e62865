import { availableParallelism } from 'node:os'
import { seconds } from '../durations.ts'

/** The refusal of a gate that has no room: nothing was hashed, ask again after this many seconds. */
export type Busy = { readonly busy: true; readonly retryAfterSeconds: number }

export type HashQueue = {
  /** How many may work and wait together and be sure of an answer: the slower hashes are just now, the fewer. */
  readonly capacity: number
  /** Does the work when its turn comes, or gives Busy if there is no room, no time, or nobody left to answer. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | Busy>
}

export type HashQueueOptions = { concurrency?: number; waiting?: number; deadline?: number }

type Waiter = (admitted: boolean) => void

/** Takes how many may work and wait at once and the longest wait in milliseconds, and gives a first-come-first-served gate. */
export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const concurrency = options.concurrency ?? hashesAtOnce()
  // Eight hashes deep is about two seconds at cost 12: who is let in is answered well inside the
  // deadline even on a machine half as fast, and a burst of honest visitors fits.
  const { waiting = 8 * concurrency, deadline = seconds(5) } = options
  const busy: Busy = { busy: true, retryAfterSeconds: Math.ceil(deadline / seconds(1)) }
  const queue: Waiter[] = []
  let working = 0
  let hashTime = 0

  // Half the deadline, as a machine that has slowed down may go on slowing down.
  function placesToWait(): number {
    const answered = (concurrency * deadline) / 2 / hashTime
    return Math.min(waiting, Math.floor(answered))
  }

  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await work()
    hashTime += (performance.now() - started - hashTime) / 4
    return result
  }

  function enter(signal?: AbortSignal): boolean | Promise<boolean> {
    if (signal?.aborted) return false
    if (working < concurrency) {
      working++
      return true
    }
    return queue.length < waiting && waitForTurn(queue, deadline, signal)
  }

  // The place passes straight to the next in line: were it freed first, a newcomer could take it.
  function leave(): void {
    const next = queue.shift()
    if (next) next(true)
    else working--
  }

  return {
    get capacity() {
      return concurrency + placesToWait()
    },
    async run(work, signal) {
      if (!(await enter(signal))) return busy
      try {
        return await timed(work)
      } finally {
        leave()
      }
    },
  }
}

/** Tells whether the gate refused. */
export function isBusy(outcome: unknown): outcome is Busy {
  return typeof outcome === 'object' && outcome !== null && 'busy' in outcome
}

/** How many hashes this process does at once: its share of three for the whole machine, fewer on fewer cores, and never none. Node hashes on a pool of four threads that files and DNS share: one stays free. */
export function hashesAtOnce({
  processes = 1,
  index = 0,
  cores = availableParallelism(),
} = {}): number {
  const all = Math.max(1, Math.min(cores, 3))
  const hasOneMore = index < all % processes
  return Math.max(1, Math.floor(all / processes) + (hasOneMore ? 1 : 0))
}

function waitForTurn(queue: Waiter[], deadline: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = () => {
      queue.splice(queue.indexOf(settle), 1)
      settle(false)
    }
    const timer = setTimeout(giveUp, deadline)
    const settle: Waiter = (admitted) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      resolve(admitted)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    queue.push(settle)
  })
}
