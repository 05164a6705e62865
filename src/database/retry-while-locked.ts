import { setTimeout } from 'node:timers/promises'
import { seconds } from '../durations.ts'
import { isLocked } from './outage.ts'

const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

export type Retry = <T>(work: () => T | Promise<T>) => Promise<T>

/** Waits between attempts, because SQLite's own waiting stops the whole process. */
export async function retryWhileLocked<T>(
  work: () => T | Promise<T>,
  patience = seconds(5),
): Promise<T> {
  const deadline = performance.now() + patience
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isLocked(error) || performance.now() >= deadline) throw error
    }
    // Not the same for all that wait, or they would come back together.
    // biome-ignore lint/plugin: spreads retries, protects nothing.
    await setTimeout(pause * (0.5 + Math.random()))
  }
}
