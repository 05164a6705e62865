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
