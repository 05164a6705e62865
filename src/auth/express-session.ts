import type { Request, RequestHandler, Response } from 'express'
import session, { type Store } from 'express-session'
import { rawCookies, type SignedCookies } from '../http/signed-cookies.ts'

/** Takes the store, the secrets (newest first) and the cookies; returns express-session as this program wants it. */
export function createSessions(
  store: Store,
  secrets: readonly string[],
  cookies: SignedCookies,
): RequestHandler[] {
  const { secure, ...attributes } = cookies.attributesOf('session')
  const loadSession = session({
    store,
    secret: [...secrets],
    name: cookies.nameOf('session'),
    resave: false,
    saveUninitialized: false,
    cookie: { ...attributes, secure: secure ?? false } as session.CookieOptions,
  })
  return [trustOwnScheme(secure === true), loadSession, dropDeadSessionCookie(cookies)]
}

/** Takes request and path; saves the session, then answers with a redirect. Rejects when the store fails. */
export async function saveThenRedirect(
  req: Request,
  res: Response,
  status: 302 | 303,
  path: string,
): Promise<void> {
  // express-session lets Location out before its store has saved: the next page would not find it.
  if (isWorthSaving(req)) await saveSession(req)
  res.redirect(status, path)
}

/** Takes a request; resolves when its session is stored, rejects when the store fails. */
export function saveSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.save((error: unknown) => (error ? reject(error) : resolve()))
  })
}

/** Takes a request that has failed; leaves its session in the store as it was before. */
export function abandonSession(req: Request): void {
  // express-session would store it when the error page is sent: somebody whose login failed would be logged in.
  Object.assign(req, { session: undefined })
}

// express-session keeps a Secure cookie back unless it believes that the request came over TLS.
// TLS ends at the proxy; APP_URL says what the browser sees, and no header can say otherwise.
function trustOwnScheme(isSecure: boolean): RequestHandler {
  return (req, _res, next) => {
    Object.defineProperty(req, 'secure', { value: isSecure, configurable: true })
    next()
  }
}

// A cookie whose session has ended finds no row; taking it back saves a look-up on every later request.
function dropDeadSessionCookie(cookies: SignedCookies): RequestHandler {
  return (req, res, next) => {
    const sent = cookies.read(req, 'session')
    const isDead = cookies.nameOf('session') in rawCookies(req) && sent !== req.sessionID
    if (isDead) cookies.clear(res, 'session')
    next()
  }
}

// An untouched anonymous session has nothing in it but its cookie: saving it would cost a row.
function isWorthSaving(req: Request): boolean {
  return Object.keys(req.session ?? {}).some((key) => key !== 'cookie')
}
