import cluster from 'node:cluster'
import { seconds } from '../durations.ts'

const PAUSE = seconds(1)

/** Takes how many; starts that many copies of this program, a new one for each that dies, and ends them all on SIGTERM. */
export function startProcesses(count: number): void {
  let hasServed = false
  let isEnding = false
  const startOne = () => {
    if (!isEnding) cluster.fork()
  }
  const endAll = () => {
    isEnding = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, endAll)
  cluster.on('listening', () => {
    hasServed = true
  })
  cluster.on('exit', () => {
    if (isEnding) return
    // What keeps the first of them from starting, such as a port that is taken, would keep every other.
    if (hasServed) setTimeout(startOne, PAUSE)
    else {
      process.exitCode = 1
      endAll()
    }
  })
  for (let started = 0; started < count; started++) startOne()
}
