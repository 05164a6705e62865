import { hash, randomBytes } from 'node:crypto'
import Tokens from 'csrf'
import csurf from 'csurf'
import type { Request, RequestHandler, Response } from 'express'
import type { SignedCookie } from '../cookies.ts'
import { ForgeryError, type ForgeryReason } from './http-error.ts'
import type { SignedCookies } from './signed-cookies.ts'

// csurf is archived. It is met in this file only, so that another can take its place. It checks forms; a page
// that shows one has its token from csurf's own package for tokens.

declare module 'express-serve-static-core' {
  interface Request {
    /** What csurf signs its cookie with. */
    secret?: string
  }
}

type CsrfSettings = {
  cookies: Pick<SignedCookies, 'csrf'>
  origin: string
  /** What the session of a request holds. */
  readSession: (req: Request) => { readonly csrfSecret?: string | undefined }
}

// The token that csrf makes, which takes four calls of V8 and a hash object for it. Where csrf gives this method
// another name, it makes the token itself.
class FasterTokens extends Tokens {
  _tokenize(secret: string, salt: string): string {
    return `${salt}-${hash('sha1', `${salt}-${secret}`, 'base64url')}`
  }
}

const tokens = new FasterTokens()

/** The checks that every form passes, and the token that it needs for that: each makes res.locals.csrfToken. */
export function createCsrf(settings: CsrfSettings) {
  const { cookies, origin } = settings
  const chooseCsurf = createCsurf(cookies.csrf)

  const issueToken: RequestHandler = (req, res, next) => {
    res.locals.csrfToken = tokens.create(findSecret(settings, req, res))
    next()
  }

  const refuse = (req: Request, res: Response, isFromElsewhere: boolean) => {
    const reason = isFromElsewhere ? whyCrossSite(req) : whyBadToken(req, origin, cookies)
    res.locals.reason = reason
    return new ForgeryError(reason, isFromElsewhere)
  }

  // Needs no body.
  const refuseCrossSite: RequestHandler = (req, res, next) => {
    if (!isCrossSite(req, origin)) return next()
    issueToken(req, res, (error) => next(error ?? refuse(req, res, true)))
  }

  const checkToken: RequestHandler = (req, res, next) => {
    giveCsurfItsCookie(req, cookies.csrf)
    chooseCsurf(req)(req, res, (error?: unknown) => {
      // Set on refusal too: the login form is shown again, with a token that works.
      res.locals.csrfToken = req.csrfToken()
      next(isBadToken(error) ? refuse(req, res, false) : error)
    })
  }
  return { issueToken, refuseCrossSite, checkToken }
}

// Where csurf looks for it, and leaves it.
function findSecret({ cookies, readSession }: CsrfSettings, req: Request, res: Response): string {
  const known = req.user ? readSession(req).csrfSecret : cookies.csrf.read(req)
  if (known) return known
  const secret = makeCsrfSecret()
  if (req.user) req.session.csrfSecret = secret
  else cookies.csrf.write(res, secret)
  return secret
}

/** A secret for a new session, so that its first page has nothing left to save. */
export function makeCsrfSecret(): string {
  return randomBytes(18).toString('base64url')
}

// In csurf's session mode every anonymous visit would cost a row; in its cookie mode the secret
// would outlive the login. So: a cookie until a user logs in, the session from then on.
function createCsurf({ name, attributes }: SignedCookie): (req: Request) => RequestHandler {
  const cookie = { key: name, signed: true, ...attributes }
  const inCookie = csurf({ cookie, ignoreMethods: [], value: readToken })
  const inSession = csurf({ ignoreMethods: [], value: readToken })
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

function isBadToken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN'
}
