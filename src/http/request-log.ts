import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'

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
      log.info({ requestId, method, path, status: res.statusCode, took }, 'answered')
    })
    next()
  }
}
