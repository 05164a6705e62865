import type { Database } from '../../src/database/database.ts'
import { sweepOnce } from '../../src/runtime/sweeper.ts'

const NEVER = new AbortController().signal

/** One round of the sweeper; throws what the sweeper would log. */
export function sweep(database: Database, now: Date): Promise<boolean> {
  const onFailure = (error: unknown) => {
    throw error
  }
  return sweepOnce({ database, clock: () => now, onFailure }, NEVER)
}
