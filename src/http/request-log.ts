import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { minutes } from '../durations.ts'

// Names from the OWASP logging vocabulary.
const EVENTS: Record<number, string> = {
  400: 'input_validation_fail',
  403: 'malicious_csrf',
  413: 'input_validation_fail',
  415: 'input_validation_fail',
  422: 'input_validation_fail',
  429: 'excess_rate_limit_exceeded',
  500: 'sys_crash',
  503: 'sys_overload',
}

/** Writes one line for every request: `answered`, or `aborted` where the client was gone before the answer was. */
export function logRequests(
  log: Logger,
  visitorOf: (req: Request) => string | undefined,
  pathsOnlyIfFailed: string[],
): RequestHandler {
  return (req, res, next) => {
    // A form that is resumed passes here twice, and is answered once.
    if (res.locals.requestId) return next()
    const started = performance.now()
    const requestId = randomUUID()
    res.locals.requestId = requestId
    // Now, as a router that answers has cut off the part that it is mounted on. The path alone: a query
    // can hold the token of a link.
    const { method, path, ip } = req
    let isWritten = false
    const write = (message: 'answered' | 'aborted') => {
      isWritten = true
      const took = Math.round(performance.now() - started)
      const { statusCode: status } = res
      if (status < 400 && pathsOnlyIfFailed.includes(path)) return
      const { reason, noted } = res.locals
      const line = {
        event: EVENTS[status],
        userId: visitorOf(req),
        reason,
        requestId,
        ip,
        method,
        path,
        status,
        took,
      }
      // Where a request failed, what a handler has noted may have been undone.
      if (status < 500) Object.assign(line, noted)
      log.info(line, message)
    }
    res.on('finish', () => write('answered'))
    res.on('close', () => {
      // An answer that was ended after its connection never finishes, although Node calls it finished.
      if (isWritten) return
      if (res.writableEnded) write('aborted')
      else onceEnded(res, () => write('aborted'))
    })
    next()
  }
}

const LONGEST_HANDLER = minutes(1)

// What the client asked for is done although it is gone: only the end of the handler says what that was.
// Node tells nothing of an answer that ends after its connection, so its `end` is watched.
function onceEnded(res: Response, done: () => void): void {
  const { end } = res
  const stop = () => {
    clearTimeout(timer)
    res.end = end
    done()
  }
  const timer = setTimeout(stop, LONGEST_HANDLER).unref()
  res.end = ((...parts: Parameters<Response['end']>) => {
    stop()
    return res.end(...parts)
  }) as Response['end']
}
