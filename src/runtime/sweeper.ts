import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { eraseDueAccounts } from '../accounts/erasure.ts'
import { sweepEvents, sweepLinks, sweepPending } from '../accounts/sweep.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { minutes, seconds } from '../durations.ts'
import { sweepMail } from '../mail/outbox.ts'
import { sweepDevices, sweepSeries, sweepSessions } from '../sessions/sweep.ts'
import { sweepCounters } from '../throttle/counters.ts'

const EVERY = minutes(1)
const PAUSE = seconds(1)

/** Removes a bounded amount of what is over, and says whether there may be more. */
type Sweep = (database: Database, now: Date, signal: AbortSignal) => Promise<boolean>

// Devices after what hangs on them.
const SWEEPS: readonly Sweep[] = [
  sweepSessions,
  sweepSeries,
  sweepDevices,
  sweepCounters,
  sweepLinks,
  sweepPending,
  sweepEvents,
  sweepMail,
  async (database, now, signal) => (await eraseDueAccounts(database, now, signal)) > 0,
]

type Sweeping = {
  database: Database
  clock: Clock
  onFailure: (error: unknown) => void
}

/** Sweeps every minute, and every second while there is more. Returns how to stop, which waits for the statement under way. */
export function keepSweeping(database: Database, clock: Clock, log: Logger): () => Promise<void> {
  const stopping = new AbortController()
  const onFailure = (error: unknown) => log.warn({ err: error }, 'sweep failed')
  const stopped = sweepUntil(stopping.signal, { database, clock, onFailure })
  return () => {
    stopping.abort()
    return stopped
  }
}

async function sweepUntil(signal: AbortSignal, sweeping: Sweeping): Promise<void> {
  let hasMore = false
  while (await pause(hasMore ? PAUSE : EVERY, signal)) hasMore = await sweepOnce(sweeping, signal)
}

/** One round over every room's tables: a failure in one keeps no other from its turn. */
export async function sweepOnce(
  { database, clock, onFailure }: Sweeping,
  signal: AbortSignal,
): Promise<boolean> {
  let hasMore = false
  for (const sweep of SWEEPS) {
    if (signal.aborted) break
    const mayHaveMore = await sweep(database, clock(), signal).catch(onFailure)
    hasMore ||= mayHaveMore === true
  }
  return hasMore
}

// False when aborted. An unfinished wait keeps no process alive.
function pause(duration: number, signal: AbortSignal): Promise<boolean> {
  return setTimeout(duration, true, { signal, ref: false }).catch(() => false)
}
