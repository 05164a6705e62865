import type { Logger } from 'pino'
import { eraseDueAccounts } from '../accounts/deletion.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { sweepExpired } from '../database/sweep.ts'
import { minutes, seconds } from '../durations.ts'

const EVERY = minutes(1)
const PAUSE = seconds(1)

/** Removes what is over every minute, and every second while there is more. Returns how to stop, which waits for what was begun. */
export function keepSweeping(database: Database, clock: Clock, log: Logger): () => Promise<void> {
  let isStopped = false
  let timer: NodeJS.Timeout
  let underWay: Promise<void> = Promise.resolve()
  const plan = (delay: number) => {
    if (!isStopped) timer = setTimeout(sweep, delay).unref()
  }
  const sweep = () => {
    underWay = sweepOnce(database, clock()).then(
      (hasMore) => plan(hasMore ? PAUSE : EVERY),
      (error: unknown) => {
        log.warn({ err: error }, 'sweep failed')
        plan(EVERY)
      },
    )
  }
  plan(EVERY)
  return () => {
    isStopped = true
    clearTimeout(timer)
    return underWay
  }
}

async function sweepOnce(database: Database, now: Date): Promise<boolean> {
  const hasMore = await sweepExpired(database, now)
  const erased = await eraseDueAccounts(database, now)
  return hasMore || erased > 0
}
