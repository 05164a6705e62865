import { readlink } from 'node:fs/promises'
import { constants, getPriority, setPriority } from 'node:os'

// A higher number is a lower priority. docs/performance.md compares values.
const NICENESS = 10

/** Lowers the priority of libuv's threads, where bcrypt runs, so that pages do not wait for hashes. On Linux alone, and without privileges. Returns what prevented it, or null. */
export async function lowerHashThreads(): Promise<string | null> {
  if (process.platform !== 'linux') return `${process.platform} has no priorities of threads`
  return lowerThreads().catch((error: Error) => error.message)
}

async function lowerThreads(): Promise<null> {
  const niceness = Math.min(getPriority() + NICENESS, constants.priority.PRIORITY_LOW)
  for (const id of await findPoolThreads()) setPriority(id, niceness)
  return null
}

// Node does not tell the ids of its pool threads. /proc/thread-self names the thread that reads it. A busy thread
// may read none of 64, so there are several rounds.
async function findPoolThreads(): Promise<Set<number>> {
  const ids = new Set<number>()
  for (let round = 0; round < MOST_ROUNDS && ids.size < POOL_SIZE; round++) {
    const jobs = Array.from({ length: 64 }, () => readlink('/proc/thread-self'))
    for (const path of await Promise.all(jobs)) ids.add(Number(path.split('/').at(-1)))
  }
  return ids
}

// Libuv's default. In a smaller pool the rounds end the search; in a larger one only four threads are lowered.
const POOL_SIZE = 4
const MOST_ROUNDS = 50
