import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { eraseDueAccounts } from '../accounts/erasure.ts'
import type { Clock } from '../clock.ts'
import { type Database, Prisma } from '../database/database.ts'
import { deleteBatch, type Table } from '../database/delete-batch.ts'
import { days, minutes, seconds } from '../durations.ts'
import { sweepDevices, sweepSessions } from '../sessions/sweep.ts'

const EVERY = minutes(1)
const PAUSE = seconds(1)

/** Removes a bounded amount of what is over, and says whether there may be more. */
type Sweep = (database: Database, now: Date, signal: AbortSignal) => Promise<boolean>

// Devices after what hangs on them.
const SWEEPS: readonly Sweep[] = [
  sweepSessions,
  sweepOver({ name: 'RememberSeries', key: 'id', since: 'expiresAt' }),
  sweepDevices,
  sweepOver({ name: 'AttemptCounter', key: 'key', since: 'endsAt' }),
  sweepOver({ name: 'EmailLink', key: 'id', since: 'expiresAt' }),
  sweepOver({ name: 'PendingRegistration', key: 'id', since: 'expiresAt' }),
  // A user who looks once a year still finds what happened since.
  sweepOver({ name: 'SecurityEvent', key: 'id', since: 'at', keptFor: days(400) }),
  // Until then it shows who was written to.
  sweepOver({ name: 'OutboxMessage', key: 'id', since: 'sentAt', keptFor: days(30) }),
  async (database, now, signal) => (await eraseDueAccounts(database, now, signal)) > 0,
]

// Removes rows that have been over for as long as they are kept, the oldest first.
function sweepOver({ since, keptFor = 0, ...table }: Table & { since: string; keptFor?: number }) {
  const column = Prisma.raw(`"${since}"`)
  return (database: Database, now: Date) => {
    const before = new Date(now.getTime() - keptFor)
    return deleteBatch(database, table, Prisma.sql`${column} <= ${before} ORDER BY ${column}`)
  }
}

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
