import type { Request, RequestHandler, Response } from 'express'
import session, { type Store } from 'express-session'
import type { SignedCookie } from '../cookies.ts'

// express-session is met in this file only.

/** How a session ended whose id has just given way to another one of the same login. */
export const REPLACED = 'replaced'

declare module 'express-serve-static-core' {
  interface Request {
    /** The session that the browser still names, and how it ended. */
    endedSession?: SessionEnd & { id: string }
  }
}

export type SessionEnd = {
  how: string
  /** Of a session that was replaced: where its login goes on. */
  deviceId: string | null
}

export type SessionSettings = {
  store: Store
  cookie: SignedCookie
  /** Asked only when the browser names a session that is over. */
  findEnd?: (id: string) => Promise<SessionEnd>
}

export function createSessions({ store, cookie, findEnd }: SessionSettings): RequestHandler[] {
  const { secure, ...attributes } = cookie.attributes
  const load = session({
    store,
    secret: [...cookie.secrets],
    name: cookie.name,
    resave: false,
    saveUninitialized: false,
    cookie: { ...attributes, secure: secure ?? false } as session.CookieOptions,
  })
  const loadSession: RequestHandler = async (req, res, next) => {
    // A form that is resumed passes here twice.
    if (req.session) return next()
    const id = await chooseSession(store, cookie.readAll(req))
    const showHeader = presentOnly(req, id === null ? undefined : cookie.format(id))
    load(req, res, (error?: unknown) => {
      showHeader()
      if (error || id === null || req.sessionID === id) return next(error)
      noteEnd(req, id, findEnd).then(() => next(), next)
    })
    showHeader()
  }
  return [trustOwnScheme(secure === true), loadSession]
}

// express-session looks at the first cookie of the name only.
async function chooseSession(store: Store, ids: string[]): Promise<string | null> {
  if (ids.length > 1) for (const id of ids) if (await isAlive(store, id)) return id
  return ids[0] ?? null
}

function isAlive(store: Store, id: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    store.get(id, (error, found) => (error ? reject(error) : resolve(Boolean(found))))
  })
}

// express-session parses the header itself, and differently: it is shown what we have read. Returns how to
// show the whole header again.
function presentOnly(req: Request, header: string | undefined): () => void {
  const { cookie } = req.headers
  req.headers.cookie = header
  return () => {
    req.headers.cookie = cookie
  }
}

async function noteEnd(req: Request, id: string, findEnd: SessionSettings['findEnd']) {
  const end = await findEnd?.(id)
  req.endedSession = { id, ...(end ?? { how: 'ended', deviceId: null }) }
}

/** Clears the cookie of a session that is over and tells its reader how it ended, once. Mount it behind the login manager: a remember cookie may have started another session. */
export function tellHowSessionEnded(
  cookie: SignedCookie,
  tell: (req: Request, res: Response, how: string) => void,
): RequestHandler {
  return (req, res, next) => {
    const how = req.endedSession?.how
    const isReading = req.method === 'GET' || req.method === 'HEAD'
    if (how && isReading && !isUnderWay(req) && !req.user) {
      cookie.clear(res)
      tell(req, res, how)
    }
    next()
  }
}

/** Whether the browser sent this request before it heard of its new session. An answer must not touch cookies that are newer than the request. */
export function isUnderWay(req: Request): boolean {
  return req.endedSession?.how === REPLACED
}

/** Saves the session, then redirects. Rejects when the store fails. */
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

export function saveSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.save((error: unknown) => (error ? reject(error) : resolve()))
  })
}

/** Leaves the session of a failed request in the store as it was before. */
export function abandonSession(req: Request): void {
  // express-session would store it when the error page is sent, and a login that failed would be one.
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

// An untouched anonymous session has nothing in it but its cookie: saving it would cost a row.
function isWorthSaving(req: Request): boolean {
  return Object.keys(req.session ?? {}).some((key) => key !== 'cookie')
}
