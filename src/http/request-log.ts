import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'

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

/** Takes the log; returns the middleware that writes one line for every answer. */
export function logRequests(log: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    const requestId = randomUUID()
    res.locals.requestId = requestId
    res.on('finish', () => {
      const took = Math.round(performance.now() - started)
      // The path alone: a query can hold the token of a link.
      const { method, path } = req
      const event = EVENTS[res.statusCode]
      log.info({ requestId, event, method, path, status: res.statusCode, took }, 'answered')
    })
    next()
  }
}
