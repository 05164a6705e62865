import { randomBytes } from 'node:crypto'
import csurf from 'csurf'
import type { Request, RequestHandler, Response } from 'express'
import { ForgeryError } from './http-error.ts'
import { newestOf, type SignedCookies } from './signed-cookies.ts'

// csurf is archived. It is met in this file only, so that another can take its place.

declare module 'express-serve-static-core' {
  interface Request {
    /** What csurf signs its cookie with. */
    secret?: string
  }
}

export type CsrfSettings = { cookies: SignedCookies; secrets: readonly string[]; origin: string }

/** The two halves of the defence: the first needs no body, the second compares the token and makes res.locals.csrfToken. */
export type Csrf = { refuseCrossSite: RequestHandler; checkToken: RequestHandler }

/** Takes the cookies, the secrets (newest first) and our origin; returns the checks that every form passes. */
export function createCsrf({ cookies, secrets, origin }: CsrfSettings): Csrf {
  const csrfCookie = { key: cookies.nameOf('csrf'), signed: true, ...cookies.attributesOf('csrf') }
  const check = chooseCsurf(csrfCookie, ['GET', 'HEAD', 'OPTIONS'])
  const issueOnly = chooseCsurf(csrfCookie, ['GET', 'HEAD', 'OPTIONS', 'POST'])

  const run =
    (csurfFor: typeof check): RequestHandler =>
    (req, res, next) => {
      giveCsurfItsCookies(req, cookies, secrets)
      csurfFor(req)(req, res, (error?: unknown) => {
        // Set on refusal too: the login form is shown again, with a token that works.
        giveTokenToViews(req, res)
        next(isBadToken(error) ? new ForgeryError('bad token') : error)
      })
    }

  const refuseCrossSite: RequestHandler = (req, res, next) => {
    if (!isCrossSite(req, origin)) return next()
    run(issueOnly)(req, res, (error) => next(error ?? new ForgeryError('cross-site request')))
  }
  return { refuseCrossSite, checkToken: run(check) }
}

/** Returns a secret to put into a new session, so that its first page has nothing left to save. */
export function makeCsrfSecret(): string {
  return randomBytes(18).toString('base64url')
}

// In csurf's session mode every anonymous visit would cost a row; in its cookie mode the secret
// would outlive the login. So: a cookie until somebody logs in, the session from then on.
function chooseCsurf(cookie: object, ignoreMethods: string[]): (req: Request) => RequestHandler {
  const inCookie = csurf({ cookie, ignoreMethods, value: readToken })
  const inSession = csurf({ ignoreMethods, value: readToken })
  return (req) => (req.user ? inSession : inCookie)
}

// Never the query: a token there ends up in logs and Referer.
function readToken(req: Request): string {
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

// What cookie-parser would do for csurf, limited to the one cookie that csurf may see.
function giveCsurfItsCookies(req: Request, cookies: SignedCookies, secrets: readonly string[]) {
  const secret = cookies.read(req, 'csrf')
  req.signedCookies = secret === null ? {} : { [cookies.nameOf('csrf')]: secret }
  req.secret = newestOf(secrets)
}

function giveTokenToViews(req: Request, res: Response): void {
  res.locals.csrfToken = req.csrfToken()
}

function isBadToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}
