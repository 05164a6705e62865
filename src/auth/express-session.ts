import type { NextFunction, Request, RequestHandler, Response } from 'express'
import session, { type SessionData, type Store } from 'express-session'
import type { SignedCookie } from '../cookies.ts'
import { noteEnd, type SessionEnd } from './ended-session.ts'

// express-session is met in this file only. A session is read for each request, and express-session
// starts when req.session is touched: pages that only read their session do without it.

/** What a session holds, for reading only. */
type SessionView = { readonly [Key in keyof SessionData]?: Readonly<SessionData[Key]> }

/** The callback of a store that reads a session: null or nothing where there is none. */
export type TakeSession = (error: unknown, session?: SessionData | null) => void

type SessionSettings = {
  store: Store & {
    /** `req` is the request that the session is read for. */
    get: (id: string, done: TakeSession, req: Request) => void
    /** Notes a visit for later; false where it must be written with this request. */
    keepVisit?: (id: string, session: SessionData) => boolean
  }
  cookie: SignedCookie
  /** Asked only when the browser names a session that is over. */
  findEnd?: (id: string) => Promise<SessionEnd>
}

type Found = { id: string; session: SessionData | null }

type Deferred = { session: SessionView; start: () => void }

const DEFERRED = Symbol('deferred session')

type Deferring = Request & { [DEFERRED]?: Deferred | undefined }

/** What the session of a request holds now. Change it through req.session. */
export function readSession(req: Deferring): SessionView {
  return req[DEFERRED]?.session ?? req.session ?? {}
}

export function createSessions({ store, cookie, findEnd }: SessionSettings): RequestHandler {
  const start = createStarter(store, cookie)
  return async (req: Deferring, res, next) => {
    // A form that is resumed passes here twice.
    if (req[DEFERRED] || req.session) return next()
    const found = await findFirst(store, cookie.readAll(req), req)
    req[DEFERRED] = {
      session: found?.session ?? {},
      start: () => start(req, res, found, next),
    }
    Object.defineProperty(req, 'session', START_WHEN_TOUCHED)
    if (found?.session) {
      req.sessionID = found.id
      if (!store.keepVisit?.(found.id, found.session)) touch(req)
    } else if (found) await noteEnd(req, found.id, findEnd)
    next()
  }
}

// One for all requests: with functions of its own, each would be of another shape to V8 and slow to work with.
const START_WHEN_TOUCHED: PropertyDescriptor & ThisType<Deferring> = {
  configurable: true,
  enumerable: true,
  get() {
    const found = this[DEFERRED]
    replaceSession(this, undefined)
    found?.start()
    return this.session
  },
  set(value: unknown) {
    replaceSession(this, value)
  },
}

function replaceSession(req: Deferring, value: unknown): void {
  req[DEFERRED] = undefined
  const plain = { configurable: true, enumerable: true, writable: true }
  Object.defineProperty(req, 'session', { ...plain, value })
}

function touch(req: Request): unknown {
  return req.session
}

function createStarter(store: Store, cookie: SignedCookie) {
  const { secure = false, ...attributes } = cookie.attributes
  const load = session({
    store,
    secret: [...cookie.secrets],
    name: cookie.name,
    resave: false,
    saveUninitialized: false,
    cookie: { ...attributes, secure } as session.CookieOptions,
  })
  return (req: Request, res: Response, found: Found | null, next: NextFunction) => {
    trustOwnScheme(req, secure)
    const showHeader = presentOnly(req, found ? cookie.format(found.id) : undefined)
    const readAgain = answerWith(store, found?.session ?? null)
    load(req, res, (error?: unknown) => {
      // Of a store that fails when the answer is sent.
      if (error) next(error)
    })
    readAgain()
    showHeader()
  }
}

// express-session asks the store for what we have read: it gets that in the same turn. Returns how to let
// the store read again.
function answerWith(store: Store, found: SessionData | null): () => void {
  const { get } = store
  store.get = (_id, done) => done(null, found)
  return () => {
    store.get = get
  }
}

// express-session looks at the first cookie of the name only.
async function findFirst(
  store: SessionSettings['store'],
  ids: string[],
  req: Request,
): Promise<Found | null> {
  for (const id of ids) {
    const session = await find(store, id, req)
    if (session) return { id, session }
  }
  const [id] = ids
  return id === undefined ? null : { id, session: null }
}

function find(store: SessionSettings['store'], id: string, req: Request) {
  return new Promise<SessionData | null>((resolve, reject) => {
    store.get(id, (error, found) => (error ? reject(error) : resolve(found ?? null)), req)
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

function saveSession(req: Request): Promise<void> {
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
function trustOwnScheme(req: Request, isSecure: boolean): void {
  Object.defineProperty(req, 'secure', { value: isSecure, configurable: true })
}

// An untouched anonymous session has nothing in it but its cookie: saving it would cost a row.
function isWorthSaving(req: Deferring): boolean {
  if (req[DEFERRED]) return false
  return Object.keys(req.session ?? {}).some((key) => key !== 'cookie')
}
