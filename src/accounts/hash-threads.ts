import { readlink } from 'node:fs/promises'
import { constants, getPriority, setPriority } from 'node:os'

// Below the main thread. docs/performance.md says what other values cost.
const NICENESS = 5

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

// Node does not tell their ids. Any of them does a job, and this one says which it was.
async function findPoolThreads(): Promise<Set<number>> {
  const jobs = Array.from({ length: 64 }, () => readlink('/proc/thread-self'))
  return new Set((await Promise.all(jobs)).map((path) => Number(path.split('/').at(-1))))
}
