import { performance } from 'node:perf_hooks'

const BUSY = 0.5
const LEAST_MS = 250

/** Asks whether this thread had work for more than half of the time since it was last asked. An answer stands for a quarter of a second. */
export function watchMainThread(): () => boolean {
  let since = performance.eventLoopUtilization()
  let isBusy = false
  return () => {
    const { active, idle, utilization } = performance.eventLoopUtilization(since)
    if (active + idle >= LEAST_MS) {
      isBusy = utilization > BUSY
      since = performance.eventLoopUtilization()
    }
    return isBusy
  }
}
