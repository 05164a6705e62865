import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { abandonSession } from '../auth/express-session.ts'
import { clientOf } from './client.ts'
import { type ErrorPage, errorPages, sayWait } from './error-pages.ts'
import { HttpError } from './http-error.ts'

export type ErrorSettings = {
  /** Says whether an error means that something we depend on is away, and may be back soon. */
  isOutage: (error: unknown) => boolean
  /** Turns an error of another room that ends a request early, where nothing is wrong, into its answer. */
  toHttpError: (error: unknown) => unknown
  report: (error: unknown, incident: Incident) => void
}

/** What the log says of an error: the number that the visitor sees, and the request that it belongs to. */
export type Incident = { incidentId: string; requestId: string; method: string; path: string }

/** Answers 404 for whatever no page has answered. */
export const notFound: RequestHandler = (_req, _res, next) => next(new HttpError(404))

/** Takes how to tell an outage and where to report; returns the one error handler: 4xx shown, 5xx reported and hidden. */
export function handleErrors(settings: ErrorSettings): ErrorRequestHandler {
  const { isOutage, toHttpError, report } = settings
  // Express knows an error handler by its four parameters.
  return (thrown, req, res, _next) => {
    if (isHangUp(thrown, req)) return
    const error = toHttpError(thrown)
    const { method, path } = req
    const request = { requestId: res.locals.requestId, method, path }
    if (res.headersSent) {
      report(error, { incidentId: randomUUID(), ...request })
      return cutOff(res)
    }
    const { status, retryAfter } = classify(error, isOutage)
    const incidentId = status >= 500 && !(error instanceof HttpError) ? randomUUID() : null
    if (status >= 500) abandonSession(req)
    if (incidentId) report(error, { incidentId, ...request })
    forgetFile(res)
    if (retryAfter) res.set('Retry-After', String(retryAfter))
    res.status(status).render('errors/error', showError(status, { retryAfter, incidentId }))
  }
}

function isHangUp(error: unknown, req: Request): boolean {
  const { signal } = clientOf(req)
  return signal.aborted && error === signal.reason
}

// Half an answer must not be taken for a whole one. Whole it may be, as when only its session could not be stored.
function cutOff(res: Response): void {
  if (!res.writableEnded) res.destroy()
}

// A file that could not be sent, as with a wrong Range, has left what describes it.
function forgetFile(res: Response): void {
  for (const name of ['Accept-Ranges', 'ETag', 'Last-Modified']) res.removeHeader(name)
  res.set('Cache-Control', 'no-store').type('html')
}

function classify(error: unknown, isOutage: (error: unknown) => boolean) {
  if (error instanceof HttpError) return { status: error.status, retryAfter: error.retryAfter }
  if (isOutage(error)) return { status: 503, retryAfter: OUTAGE_SECONDS }
  return { status: statusOf(error), retryAfter: null }
}

const OUTAGE_SECONDS = 10

// body-parser and Express put a status on what they throw; anything that is not a 4xx is ours.
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
  return status >= 400 && status < 500 ? status : 500
}

function showError(
  status: number,
  details: Pick<ErrorPage, 'incidentId'> & { retryAfter: number | null },
) {
  const { title, message } = errorPages[status] ?? errorPages[status < 500 ? 400 : 500] ?? UNKNOWN
  const retryIn = details.retryAfter ? sayWait(details.retryAfter) : null
  return { status, title, message, incidentId: details.incidentId, retryIn }
}

const UNKNOWN = { title: 'Something went wrong', message: 'That did not work.' }
