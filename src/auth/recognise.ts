import type { Request, RequestHandler } from 'express'
import { isUnderWay } from './ended-session.ts'
import { readSession } from './express-session.ts'
import { startSession } from './login.ts'
import type { LoginParts } from './login-parts.ts'
import { changeLogin, currentUser, setUser } from './login-state.ts'
import { forget, keepRemembered, type PresentedCookie } from './remember-cookie.ts'
import type { Remembered } from './remember-me.ts'
import type { RememberSeries } from './remember-store.ts'

/** Finds out who is visiting: by session, remember cookie, or the request itself. */
export function recogniseVisitor(parts: LoginParts): RequestHandler {
  const { options } = parts
  assertLoader(parts)
  return async (req, _res, next) => {
    if (options.loadUser) await loadFromSession(parts, req)
    const isExpelled = await protectSession(parts, req)
    if (!isExpelled) await recogniseOtherwise(parts, req)
    parts.events.emit('accessed', { user: currentUser(req), req })
    next()
  }
}

function assertLoader({ options }: LoginParts): void {
  if (options.loadUser || options.loadUserFromRequest) return
  throw new Error(
    'Missing loadUser or loadUserFromRequest: createLoginManager cannot tell who is visiting',
  )
}

async function loadFromSession(parts: LoginParts, req: Request): Promise<void> {
  const { login, passport } = readSession(req)
  const user = passport?.user === undefined ? null : await loadActive(parts, passport.user, req)
  if (user !== null) return setUser(req, user)
  // The session names a user who is gone. Its series ends too: a new user with that id would inherit it.
  if (passport?.user !== undefined) delete req.session.passport
  if (!login) return
  if (login.seriesId) await parts.rememberMe.end(login.seriesId)
  delete req.session.login
}

// A user who was deactivated is out at the next request, whatever session there still is.
async function loadActive({ options }: LoginParts, id: string, req: Request) {
  const user = await options.loadUser?.(id, req)
  return user && options.isActive(user) ? user : null
}

// Whether the visitor is logged out and stays so, whatever else the request carries.
async function protectSession(parts: LoginParts, req: Request): Promise<boolean> {
  const { options, events } = parts
  const { login, cookie } = readSession(req)
  const stored = login?.fingerprint
  // Nothing stored is nothing to compare with.
  if (!login || !stored || options.sessionProtection === 'off') return false
  if (stored === options.fingerprint(req)) return false

  // A session that outlives the browser sees its network change: strong would end it every time.
  const isPersistent = cookie?.originalMaxAge !== null
  const mode = isPersistent ? 'basic' : options.sessionProtection
  if (mode === 'strong') await expel(parts, req)
  else if (login.freshAt === 0) return false
  else changeLogin(req, { freshAt: 0 })
  events.emit('sessionProtected', { req, mode })
  return mode === 'strong'
}

// What else the session holds stays.
async function expel(parts: LoginParts, req: Request): Promise<void> {
  await forget(parts, req)
  delete req.session.login
  delete req.session.passport
  setUser(req, null)
}

async function recogniseOtherwise(parts: LoginParts, req: Request): Promise<void> {
  if (currentUser(req) !== null) return keepRemembered(parts, req)
  if (!isUnderWay(req)) await restore(parts, req)
  if (currentUser(req) === null) await loadFromRequest(parts, req)
}

async function restore(parts: LoginParts, req: Request): Promise<void> {
  // Without a loader by id no user can be remembered.
  const presented = parts.options.loadUser ? parts.cookie.readAll(req) : []
  for (const each of presented) {
    await redeem(parts, req, each)
    if (currentUser(req) !== null) return
  }
  parts.cookie.clearIfOurs(req)
}

async function redeem(parts: LoginParts, req: Request, presented: PresentedCookie): Promise<void> {
  const redemption = await parts.rememberMe.redeem(presented.seriesId, presented.token)
  if (redemption.kind === 'remembered') await startRememberedSession(parts, req, redemption)
  if (redemption.kind === 'stolen') await reportTheft(parts, req, redemption.series)
}

async function reportTheft(parts: LoginParts, req: Request, series: RememberSeries): Promise<void> {
  const { options, rememberMe, events } = parts
  if (options.endStolenSeries) await options.endStolenSeries(series, req)
  else await rememberMe.end(series.id)
  events.emit('rememberStolen', { series, req })
}

async function startRememberedSession(
  parts: LoginParts,
  req: Request,
  remembered: Remembered,
): Promise<void> {
  const { options, events, cookie } = parts
  const { series, token, isSuccessor } = remembered
  const user = await loadActive(parts, series.loginId, req)
  // The series ends, not only the cookie: another user may be given that id, and the cookie may have been copied.
  if (!user) return forget(parts, req)

  const end = series.expiresAt.getTime()
  await startSession(parts, req, user, {
    // Remembered is not fresh: no password was given at this browser.
    freshAt: 0,
    since: options.clock().getTime(),
    notAfter: end,
    fingerprint: options.fingerprint(req),
    startedBy: 'remember',
    deviceId: series.deviceId,
    seriesId: series.id,
    rememberUntil: end,
    hasUnseenToken: isSuccessor,
  })
  cookie.write(req, { seriesId: series.id, token }, series.expiresAt)
  events.emit('loadedFromCookie', { user, req })
}

async function loadFromRequest({ options, events }: LoginParts, req: Request): Promise<void> {
  const user = await options.loadUserFromRequest?.(req)
  if (!user || !options.isActive(user)) return
  setUser(req, user)
  events.emit('loadedFromRequest', { user, req })
}
