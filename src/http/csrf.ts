import { randomBytes } from 'node:crypto'
import csurf from 'csurf'
import type { Request, RequestHandler, Response } from 'express'
import type { SignedCookie } from '../cookies.ts'
import { ForgeryError, type ForgeryReason } from './http-error.ts'
import type { SignedCookies } from './signed-cookies.ts'

// csurf is archived. It is met in this file only, so that another can take its place.

declare module 'express-serve-static-core' {
  interface Request {
    /** What csurf signs its cookie with. */
    secret?: string
  }
}

export type CsrfSettings = { cookies: Pick<SignedCookies, 'csrf'>; origin: string }

/** The first needs no body; the second compares the token and makes res.locals.csrfToken. */
export type Csrf = { refuseCrossSite: RequestHandler; checkToken: RequestHandler }

/** The checks that every form passes. */
export function createCsrf({ cookies, origin }: CsrfSettings): Csrf {
  const csrfCookie = { key: cookies.csrf.name, signed: true, ...cookies.csrf.attributes }
  const check = chooseCsurf(csrfCookie, ['GET', 'HEAD', 'OPTIONS'])
  const issueOnly = chooseCsurf(csrfCookie, ['GET', 'HEAD', 'OPTIONS', 'POST'])

  const run =
    (csurfFor: typeof check): RequestHandler =>
    (req, res, next) => {
      giveCsurfItsCookie(req, cookies.csrf)
      csurfFor(req)(req, res, (error?: unknown) => {
        // Set on refusal too: the login form is shown again, with a token that works.
        giveTokenToViews(req, res)
        next(isBadToken(error) ? refuse(req, res, false) : error)
      })
    }

  const refuse = (req: Request, res: Response, isFromElsewhere: boolean) => {
    const reason = isFromElsewhere ? whyCrossSite(req) : whyBadToken(req, origin, cookies)
    res.locals.reason = reason
    return new ForgeryError(reason, isFromElsewhere)
  }

  const refuseCrossSite: RequestHandler = (req, res, next) => {
    if (!isCrossSite(req, origin)) return next()
    run(issueOnly)(req, res, (error) => next(error ?? refuse(req, res, true)))
  }
  return { refuseCrossSite, checkToken: run(check) }
}

/** A secret for a new session, so that its first page has nothing left to save. */
export function makeCsrfSecret(): string {
  return randomBytes(18).toString('base64url')
}

// In csurf's session mode every anonymous visit would cost a row; in its cookie mode the secret
// would outlive the login. So: a cookie until a user logs in, the session from then on.
function chooseCsurf(cookie: object, ignoreMethods: string[]): (req: Request) => RequestHandler {
  const inCookie = csurf({ cookie, ignoreMethods, value: readToken })
  const inSession = csurf({ ignoreMethods, value: readToken })
  return (req) => (req.user ? inSession : inCookie)
}

/** The token of the form that was sent, unchecked. Never from the query: it would end up in logs and Referer. */
export function readToken(req: Request): string {
  const token: unknown = req.body?._csrf ?? req.headers['x-csrf-token']
  return typeof token === 'string' ? token : ''
}

// Sec-Fetch-Site cannot be set by a page and decides where it is sent; Origin serves older browsers
// and plain http. A client that sends neither has no cookies of ours to abuse but its own.
function isCrossSite(req: Request, origin: string): boolean {
  const site = req.get('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const sent = req.get('origin')
  return sent !== undefined && sent !== origin
}

// A page that we served under another name says both: by the IP, or without TLS in front of it.
function whyCrossSite(req: Request): ForgeryReason {
  return hostOf(req.get('origin')) === req.get('host') ? 'other-origin' : 'cross-site'
}

function whyBadToken(
  req: Request,
  origin: string,
  cookies: CsrfSettings['cookies'],
): ForgeryReason {
  if (req.user || cookies.csrf.read(req) !== null) return 'stale'
  // There a browser keeps none of the cookies that are for https.
  if ((req.get('origin') ?? origin) !== origin) return 'other-origin'
  return req.headers.cookie ? 'stale' : 'no-cookies'
}

function hostOf(origin: string | undefined): string | null {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null
}

// What cookie-parser would do for csurf, limited to the one cookie that csurf may see.
function giveCsurfItsCookie(req: Request, cookie: SignedCookie): void {
  const secret = cookie.read(req)
  req.signedCookies = secret === null ? {} : { [cookie.name]: secret }
  req.secret = cookie.secrets[0] ?? ''
}

function giveTokenToViews(req: Request, res: Response): void {
  res.locals.csrfToken = req.csrfToken()
}

function isBadToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}
