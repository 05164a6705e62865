import { write, writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

const STDOUT = 1
const MAX_WAITING = 1024 * 1024
const RETRY_AFTER = 100

/** Standard output for the log, off the path of requests. Lines that it does not take, as on a full disk, are dropped: pino's own destination tries them again for ever, and keeps the process from ending. */
export function createOutput(): DestinationStream & { flushSync: () => void } {
  let waiting: string[] = []
  let size = 0
  let isWriting = false

  function takeWaiting(): Buffer {
    const lines = Buffer.from(waiting.join(''))
    waiting = []
    size = 0
    return lines
  }

  function writeWaiting(): void {
    isWriting = size > 0
    if (isWriting) writeAll(takeWaiting(), writeWaiting)
  }

  function flushSync(): void {
    try {
      let left = takeWaiting()
      while (left.length > 0) left = left.subarray(writeSync(STDOUT, left))
    } catch {
      // The process is ending: there is nowhere else to say it.
    }
  }

  process.once('exit', flushSync)
  return {
    flushSync,
    write(line) {
      if (size + line.length > MAX_WAITING) return
      waiting.push(line)
      size += line.length
      if (!isWriting) setImmediate(writeWaiting)
      isWriting = true
    },
  }
}

function writeAll(bytes: Buffer, done: () => void): void {
  write(STDOUT, bytes, (error, written) => {
    const left = error ? bytes : bytes.subarray(written)
    if (error?.code === 'EAGAIN') setTimeout(() => writeAll(left, done), RETRY_AFTER)
    else if (error || left.length === 0) done()
    else writeAll(left, done)
  })
}
