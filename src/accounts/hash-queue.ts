import { availableParallelism } from 'node:os'
import { seconds } from '../durations.ts'
import { FairLine } from './fair-line.ts'

/** Too many want to hash at once: nothing was hashed. */
export class Overloaded extends Error {
  /** Seconds. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('the hash queue is full')
    this.retryAfter = retryAfter
  }
}

export type HashClient = {
  network: string
  /** The account whose password it is, as the client has named it. */
  account?: string
  /** Aborted when the client hangs up. */
  signal?: AbortSignal
}

type HashQueueOptions = {
  /** How many hash at once. */
  concurrency?: number
  /** Whether requests keep the main thread busy. It then gets one of the cores for itself. */
  isBusy?: (() => boolean) | undefined
  cores?: number
  waiting?: number
  /** The longest wait in ms. */
  deadline?: number
}

type Waiter = { start: () => void; refuse: (reason: unknown) => void }

// One account must not fill the queue alone, over and over, with a password that is right.
const SHARE_OF_ACCOUNT = 1 / 4

/** All hashing goes through one queue. Its places are shared fairly between networks; none is held longer than the deadline. */
export class HashQueue {
  readonly #concurrency: number
  readonly #whileBusy: number
  readonly #isBusy: () => boolean
  readonly #waiting: number
  readonly #deadline: number
  // Made once: in a storm the stack trace would be a good part of each answer.
  readonly #overloaded: Overloaded
  readonly #line = new FairLine<Waiter>()
  #working = 0
  #hashTime = 0

  constructor(options: HashQueueOptions = {}) {
    const { cores = availableParallelism(), isBusy = () => false } = options
    this.#concurrency = options.concurrency ?? hashesAtOnce()
    this.#whileBusy = Math.min(this.#concurrency, Math.max(1, cores - 1))
    this.#isBusy = isBusy
    // About two seconds at cost 12: a machine half as fast still answers well inside the deadline.
    this.#waiting = options.waiting ?? 8 * this.#concurrency
    this.#deadline = options.deadline ?? seconds(5)
    this.#overloaded = new Overloaded(Math.ceil(this.#deadline / seconds(1)))
  }

  /** Throws Overloaded, or the signal's reason once the client has hung up. */
  async run<T>(work: () => Promise<T>, client: HashClient = { network: '' }): Promise<T> {
    client.signal?.throwIfAborted()
    if (this.#line.length === 0 && this.#working < this.#most) this.#working++
    else await this.#wait(client)
    try {
      return await this.#time(work)
    } finally {
      this.#passOn()
    }
  }

  get load(): { working: number; waiting: number } {
    return { working: this.#working, waiting: this.#line.length }
  }

  /** Throws Overloaded where a client from this network would be refused at once. */
  assertRoomFor(network: string): void {
    const isFull = this.#working >= this.#most && this.#line.length >= this.#places
    if (isFull && this.#line.isLast(network)) throw this.#overloaded
  }

  get #most(): number {
    return this.#isBusy() ? this.#whileBusy : this.#concurrency
  }

  #wait({ signal, ...origin }: HashClient): Promise<void> {
    if (this.#isCrowdedBy(origin.account)) throw this.#overloaded
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', hangUp)
        this.#line.leave(waiter)
        settle()
      }
      const refuse = (reason: unknown) => leave(() => reject(reason))
      const waiter: Waiter = { start: () => leave(resolve), refuse }
      const hangUp = () => refuse(signal?.reason)
      const timer = setTimeout(refuse, this.#deadline, this.#overloaded)
      signal?.addEventListener('abort', hangUp)
      this.#line.join(origin, waiter)
      if (this.#line.length > this.#places) this.#line.findLast()?.refuse(this.#overloaded)
    })
  }

  #isCrowdedBy(account: string | undefined): boolean {
    const most = Math.max(1, Math.floor(this.#places * SHARE_OF_ACCOUNT))
    return account !== undefined && this.#line.countOf(account) >= most
  }

  // Half the deadline, because a machine that has slowed down may go on slowing down.
  get #places(): number {
    if (this.#hashTime === 0) return this.#waiting
    const answered = (this.#most * this.#deadline) / 2 / this.#hashTime
    return Math.min(this.#waiting, Math.floor(answered))
  }

  // Places pass straight to the next in line: a newcomer could take one that was freed first. There are more than
  // one where the main thread was busy before.
  #passOn(): void {
    this.#working--
    while (this.#line.length > 0 && this.#working < this.#most) {
      this.#working++
      this.#line.takeFirst()?.start()
    }
  }

  async #time<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await work()
    this.#hashTime += (performance.now() - started - this.#hashTime) / 4
    return result
  }
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
