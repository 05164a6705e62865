import { readlink } from 'node:fs/promises'
import { constants, getPriority, setPriority } from 'node:os'

// Below the main thread. docs/performance.md says what other values cost.
const NICENESS = 10

/** Lets pages go before hashes: on Linux a thread has a priority of its own, and to lower it needs no privileges. Returns what prevented it, or null. */
export async function lowerHashThreads(): Promise<string | null> {
  if (process.platform !== 'linux') return `${process.platform} has no priorities of threads`
  return lowerThreads().catch((error: Error) => error.message)
}

async function lowerThreads(): Promise<null> {
  const lower = Math.min(getPriority() + NICENESS, constants.priority.PRIORITY_LOW)
  for (const id of await findPoolThreads()) setPriority(id, lower)
  return null
}

// Node does not tell their ids. Any of them does a job, and this one says which it was; a busy one may do none of many.
async function findPoolThreads(): Promise<Set<number>> {
  const ids = new Set<number>()
  for (let round = 0; round < MOST_ROUNDS && ids.size < POOL_SIZE; round++) {
    const jobs = Array.from({ length: 64 }, () => readlink('/proc/thread-self'))
    for (const path of await Promise.all(jobs)) ids.add(Number(path.split('/').at(-1)))
  }
  return ids
}

// Libuv's default. Where UV_THREADPOOL_SIZE says less, the rounds end the search.
const POOL_SIZE = 4
const MOST_ROUNDS = 50
