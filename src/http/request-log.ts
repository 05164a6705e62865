import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
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

/** What a page did to an account, in the same vocabulary. */
export type AccountEvent =
  | 'account_disputed'
  | 'authn_password_change'
  | 'authn_password_change_fail'
  | 'authn_reauthentication_fail'
  | 'authn_token_revoked'
  | 'sensitive_read'
  | 'user_created'
  | 'user_deleted'
  | 'user_updated'

/** Takes an answer, what it is about and whose account; its line in the log says so, once it is on its way. */
export function nameEvent(res: Response, event: AccountEvent, userId: string): void {
  Object.assign(res.locals, { event, userId })
}

/** Takes the log, and what tells whose visit it is; returns the middleware that writes one line for every answer. */
export function logRequests(
  log: Logger,
  visitorOf: (req: Request) => string | undefined,
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
    res.on('finish', () => {
      const took = Math.round(performance.now() - started)
      const event = res.locals.event ?? EVENTS[res.statusCode]
      const userId = res.locals.userId ?? visitorOf(req)
      const request = { requestId, ip, userId, method, path }
      log.info({ event, ...request, status: res.statusCode, took }, 'answered')
    })
    next()
  }
}
