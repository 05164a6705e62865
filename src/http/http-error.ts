import type { NextFunction, Response } from 'express'

/** An answer other than success that has its own page; retryAfter in seconds. */
export class HttpError extends Error {
  readonly status: number
  readonly retryAfter: number | null

  constructor(status: number, message = `HTTP ${status}`, retryAfter: number | null = null) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** A form that did not come from a page of ours, or came from one that has gone stale. */
export class ForgeryError extends HttpError {
  readonly isCrossSite: boolean

  constructor(reason: 'cross-site request' | 'bad token') {
    super(403, reason)
    this.isCrossSite = reason === 'cross-site request'
  }
}

/** Takes how to pass an answer on, and the seconds to wait; answers 429. */
export function refuseTooMany(next: NextFunction, { retryAfter }: { retryAfter: number }): void {
  next(new HttpError(429, 'too many attempts', retryAfter))
}

/** Takes the answer, how to pass it on, the seconds to wait, and the admission of the attempt; gives the attempt back, as nothing was compared, and answers 503: the queue for hashing is full. */
export async function refuseBusy(
  res: Response,
  next: NextFunction,
  busy: { retryAfterSeconds: number; admission: { refund: () => Promise<void> } },
): Promise<void> {
  // Not to whoever has hung up: they could fill the queue for others, over and over, and pay nothing.
  if (!res.closed) await busy.admission.refund()
  next(new HttpError(503, 'the hash queue is full', busy.retryAfterSeconds))
}
