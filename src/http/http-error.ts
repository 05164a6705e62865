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

/** Why a form was refused unread: what its page and the log say. */
export type ForgeryReason =
  | 'cross-site'
  /** The site was opened at another origin than APP_URL. */
  | 'other-origin'
  /** The browser keeps no cookies. */
  | 'no-cookies'
  /** Open for too long, or in a tab of an earlier visit. */
  | 'stale'

/** A form that did not come from a page of ours, or from one that is out of date. */
export class ForgeryError extends HttpError {
  readonly reason: ForgeryReason
  readonly isCrossSite: boolean

  constructor(reason: ForgeryReason, isCrossSite: boolean) {
    super(403, reason)
    this.reason = reason
    this.isCrossSite = isCrossSite
  }
}
