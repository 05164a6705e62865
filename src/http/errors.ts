import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { ErrorDetails } from './error-details.ts'
import type { createErrorLinks } from './error-links.ts'
import { findErrorPage, sayWait } from './error-pages.ts'
import { ForgeryError, HttpError } from './http-error.ts'
import { clientOf } from './visit.ts'

type ErrorSettings = {
  /** Whether something that we depend on is away, and may be back soon. */
  isOutage: (error: unknown) => boolean
  /** Turns an error of another room that ends a request early, where nothing is wrong, into its answer. */
  toHttpError: (error: unknown) => unknown
  /** Grows with every change that any request has made, or may have made. */
  countChanges: () => number
  /** Keeps what a failed request has put into its session out of the store. */
  abandonSession: (req: Request) => void
  report: (error: unknown, incident: Incident) => void
  /** What a page may show of an unexpected error: in development alone. */
  describe: ((error: unknown) => ErrorDetails) | null
  errorLinks: ReturnType<typeof createErrorLinks>
}

/** What the log says of an error: the number that the visitor sees, and the request that it belongs to. */
type Incident = { incidentId: string; requestId: string; method: string; path: string }

/** Answers 404 where no page has answered. */
export const notFound: RequestHandler = (_req, _res, next) => next(new HttpError(404))

/** Notes where changes stand when a request comes in, for what an outage page can promise. */
export function noteChanges(countChanges: () => number): RequestHandler {
  return (_req, res, next) => {
    res.locals.changes = countChanges()
    next()
  }
}

/** The one error handler: 4xx are shown; 5xx are reported and hidden. */
export function handleErrors(settings: ErrorSettings): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (thrown, req, res, _next) => {
    if (isHangUp(thrown, req)) return endUnheard(req, res, settings)
    const error = settings.toHttpError(thrown)
    if (!res.headersSent) return answer(error, req, res, settings)
    settings.report(error, describeIncident(req, res))
    cutOff(res)
  }
}

function answer(error: unknown, req: Request, res: Response, settings: ErrorSettings): void {
  const { status, retryAfter } = classify(error, settings.isOutage)
  const isExpected = error instanceof HttpError || status < 500
  const incident = isExpected ? null : describeIncident(req, res)
  if (status >= 500) settings.abandonSession(req)
  if (incident) settings.report(error, incident)
  forgetFile(res)
  if (retryAfter) res.set('Retry-After', String(retryAfter))
  const details = incident && status === 500 ? settings.describe?.(error) : null
  const reason = error instanceof ForgeryError ? error.reason : null
  res.status(status).render(details ? 'errors/development' : 'errors/error', {
    details,
    ...findErrorPage(status, reason, isExpected || isUnchanged(settings, req, res)),
    status,
    incidentId: incident?.incidentId,
    retryIn: retryAfter ? sayWait(retryAfter) : null,
    links: settings.errorLinks(req, status, reason),
  })
}

function describeIncident({ method, path }: Request, res: Response): Incident {
  return { incidentId: randomUUID(), requestId: res.locals.requestId, method, path }
}

function isUnchanged({ countChanges }: ErrorSettings, { method }: Request, res: Response): boolean {
  return method === 'GET' || method === 'HEAD' || countChanges() === res.locals.changes
}

function isHangUp(error: unknown, req: Request): boolean {
  const { signal } = clientOf(req)
  return signal.aborted && error === signal.reason
}

// For the log line of the request, which waits for its end.
function endUnheard(req: Request, res: Response, { abandonSession }: ErrorSettings): void {
  abandonSession(req)
  res.end()
}

// Half an answer must not be taken for a whole one. It is whole when only its session could not be stored.
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
