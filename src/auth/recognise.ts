import type { Request, RequestHandler, Response } from 'express'
import { startSession } from './login.ts'
import type { LoginParts } from './login-parts.ts'
import type { PresentedCookie } from './remember-cookie.ts'
import type { Remembered } from './remember-me.ts'
import { forget, keepRemembered } from './remembering.ts'
import { currentUser, setUser } from './visit.ts'

/** Takes the parts of a login manager; returns the middleware that finds out who is visiting: by session, remember cookie, or the request itself. */
export function recogniseVisitor<User>(parts: LoginParts<User>): RequestHandler[] {
  const { options, sessions } = parts
  demandLoader(parts)
  const bySession = options.loadUser ? [sessions.loadFromSession] : []
  const recognise: RequestHandler = async (req, res, next) => {
    if (options.loadUser) await dropOrphanedLogin(parts, req)
    const isExpelled = await protectSession(parts, req, res)
    if (!isExpelled) await lookFurther(parts, req, res)
    parts.events.emit('accessed', { user: currentUser<User>(req), req })
    next()
  }
  return [...bySession, recognise]
}

function demandLoader<User>({ options }: LoginParts<User>): void {
  if (options.loadUser || options.loadUserFromRequest) return
  throw new Error(
    'Missing loadUser or loadUserFromRequest: createLoginManager cannot tell who is visiting',
  )
}

// The session names a user who is gone. Its series ends too: a new user with that id would inherit it.
async function dropOrphanedLogin<User>({ rememberMe }: LoginParts<User>, req: Request) {
  const login = req.session?.login
  if (!login || currentUser(req) !== null) return
  if (login.seriesId) await rememberMe.end(login.seriesId)
  delete req.session.login
}

// Says whether the visitor is to stay a stranger, whatever else the request carries.
async function protectSession<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
): Promise<boolean> {
  const { options, events } = parts
  const login = req.session?.login
  const stored = login?.fingerprint
  // Nothing stored is nothing to compare with: a session that holds only a CSRF secret is no stranger's.
  if (!login || !stored || options.sessionProtection === 'off') return false
  if (stored === options.fingerprint(req)) return false

  // A session that outlives the browser sees its address change: strong would end it every time.
  const isPersistent = req.session.cookie.originalMaxAge !== null
  const mode = isPersistent ? 'basic' : options.sessionProtection
  if (mode === 'strong') await expel(parts, req, res)
  else if (login.freshAt === 0) return false
  else login.freshAt = 0
  events.emit('sessionProtected', { req, mode })
  return mode === 'strong'
}

// What else the session holds stays: it is not the login's to take away.
async function expel<User>(parts: LoginParts<User>, req: Request, res: Response): Promise<void> {
  await forget(parts, req, res)
  delete req.session.login
  delete req.session.passport
  setUser(req, null)
}

async function lookFurther<User>(parts: LoginParts<User>, req: Request, res: Response) {
  const presented = parts.cookie.read(req)
  if (currentUser(req) !== null) return keepRemembered(parts, req, res, presented)
  // With nobody to load by id there is nobody to remember.
  if (presented && parts.options.loadUser) await restore(parts, req, res, presented)
  else if (parts.cookie.isSent(req)) parts.cookie.clear(res)
  if (currentUser(req) === null) await loadFromRequest(parts, req)
}

async function restore<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
  presented: PresentedCookie,
) {
  const redemption = await parts.rememberMe.redeem(presented.seriesId, presented.token)
  if (redemption.kind === 'remembered') return welcomeBack(parts, req, res, redemption)
  if (redemption.kind === 'stolen') {
    const end = parts.options.endStolenSeries ?? ((series) => parts.rememberMe.end(series.id))
    await end(redemption.series, req)
    parts.events.emit('rememberStolen', { series: redemption.series, req })
  }
  parts.cookie.clear(res)
}

async function welcomeBack<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
  { series, token, isSuccessor }: Remembered,
) {
  const { options, events, cookie } = parts
  const user = await options.loadUser?.(series.loginId, req)
  // The series ends, not only the cookie: the id may be given to somebody else, and the cookie may have been copied.
  if (!user || !options.isActive(user)) return forget(parts, req, res)

  await startSession(parts, req, res, user, {
    // Remembered is not fresh: whoever sits at this browser has not given a password.
    freshAt: 0,
    fingerprint: options.fingerprint(req),
    startedBy: 'remember',
    deviceId: series.deviceId,
    seriesId: series.id,
    rememberUntil: series.expiresAt.getTime(),
    hasUnseenToken: isSuccessor,
  })
  cookie.write(res, { seriesId: series.id, token }, series.expiresAt)
  events.emit('loadedFromCookie', { user, req })
}

async function loadFromRequest<User>({ options, events }: LoginParts<User>, req: Request) {
  const user = await options.loadUserFromRequest?.(req)
  if (!user || !options.isActive(user)) return
  setUser(req, user)
  events.emit('loadedFromRequest', { user, req })
}
