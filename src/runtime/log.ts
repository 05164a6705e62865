import { channel } from 'node:diagnostics_channel'
import { type DestinationStream, type Logger, pino } from 'pino'
import { formatIso } from '../iso-time.ts'
import { lastLine } from './failure.ts'
import { createOutput } from './output.ts'

/** Hears each error that is logged. */
export const LOGGED_ERRORS = channel('logged errors')

/** One line of JSON for each event, times in UTC, by default on standard output. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: () => `,"time":"${formatIso(new Date())}"`,
    serializers: { err: describeError },
    hooks: { streamWrite: keepToAscii },
  }
  return pino(options, destination ?? createOutput())
}

// JSON lets through what some readers take for the end of a line (U+2028, U+0085), and terminals for a command.
const TO_ESCAPE = /[^\n -~]/g

function keepToAscii(line: string): string {
  // Most lines need nothing, and V8 is slow at a replace that finds nothing.
  if (line.search(TO_ESCAPE) === -1) return line
  return line.replace(
    TO_ESCAPE,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// The stack begins with the whole message, which is not safe to keep.
function describeError(error: unknown): Record<string, unknown> {
  LOGGED_ERRORS.publish(error)
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error ? { code: error.code } : {}
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { type: error.name, ...code, message: lastLine(error), stack: frames.join('\n') }
}
