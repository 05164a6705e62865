import cluster from 'node:cluster'
import type { Server } from 'node:http'
import { seconds } from '../durations.ts'

/** From the first signal to the end of the process, at the latest. */
export const END_WITHIN = seconds(10)

// Before that, so that what was cut off is still logged and the database closed.
const CUT_OFF_AFTER = seconds(9)

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Calls `end` at the first signal. npm, systemd and Heroku send two: only the third, or ten seconds, end the process as it is, after `killOthers`. */
export function endOnSignals(end: () => unknown, killOthers = () => {}): void {
  const kill = () => {
    killOthers()
    killThisProcess()
  }
  let signals = 0
  let isEnding = false
  const begin = () => {
    if (isEnding) return
    isEnding = true
    setTimeout(kill, END_WITHIN).unref()
    end()
  }
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      signals++
      if (signals > 2) kill()
      else begin()
    })
  }
  // Without IPC of its own: under PM2 a listener would keep the process from ending.
  if (cluster.isWorker) process.on('message', (message) => message === END && begin())
}

/** What the primary process says to a worker. Not a signal: npm, systemd and terminals send theirs to every process, and each counts them. */
export const END = 'end'

// Not process.exit, which waits for a thread that writes to a log without a reader.
function killThisProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** Stops listening, lets open requests be answered, and cuts off those that take too long. */
export async function drain(server: Server, cutOffAfter = CUT_OFF_AFTER): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection is idle again once its last request is answered.
  const closeIdle = setInterval(() => server.closeIdleConnections(), 100)
  const cutOff = setTimeout(() => server.closeAllConnections(), cutOffAfter)
  await closed
  clearInterval(closeIdle)
  clearTimeout(cutOff)
}
