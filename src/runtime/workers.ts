import cluster, { type Worker } from 'node:cluster'
import { seconds } from '../durations.ts'
import { END, endOnSignals } from './end.ts'

const PAUSE = seconds(1)

// PM2 sets it for the processes that it starts.
const INDEX = 'NODE_APP_INSTANCE'

/** Which of WEB_CONCURRENCY processes this is, from 0. One that replaces another has its index. */
export function processIndex(): number {
  return Number(process.env[INDEX] ?? 0)
}

/** Starts copies of this program, a new one for each that dies, and ends them all on SIGTERM. */
export function startWorkers(count: number): void {
  const listening = new Set<Worker>()
  let hasServed = false
  let isEnding = false

  const startOne = (index: number) => {
    if (isEnding) return
    const worker = cluster.fork({ [INDEX]: String(index) })
    worker.once('listening', () => {
      hasServed = true
      listening.add(worker)
    })
    worker.once('exit', () => {
      listening.delete(worker)
      replace(index)
    })
  }
  const replace = (index: number) => {
    if (isEnding) return
    // What keeps the first from starting, such as a port that is taken, would keep every other; and it says what.
    if (hasServed || index > 0) setTimeout(startOne, PAUSE, index)
    else {
      process.exitCode = 1
      endAll()
    }
  }
  const endAll = () => {
    isEnding = true
    for (const worker of listWorkers()) endOne(worker, listening.has(worker))
  }
  // One that hangs does not end itself, and would hold the database.
  const killAll = () => {
    for (const worker of listWorkers()) worker.process.kill('SIGKILL')
  }

  endOnSignals(endAll, killAll)
  for (let index = 0; index < count; index++) startOne(index)
}

function listWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

// A worker that does not listen yet handles no messages and has nothing to finish.
function endOne(worker: Worker, isListening: boolean): void {
  // Without a callback, send throws if the worker has just died, and this process would exit with code 1.
  if (isListening && worker.isConnected()) worker.send(END, () => {})
  else worker.process.kill('SIGTERM')
}
