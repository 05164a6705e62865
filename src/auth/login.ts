import type { Request, Response } from 'express'
import type { SessionData } from 'express-session'
import type { LoginParts } from './login-parts.ts'
import type { LoginManagerOptions, StartedBy } from './options.ts'
import {
  endOfRemembering,
  endSeries,
  forget,
  type RememberingOptions,
  remember,
  takeCookieBack,
} from './remembering.ts'
import { currentUser, type LoginState, setUser } from './visit.ts'

export type LogInOptions = RememberingOptions & {
  /** Keeps this browser logged in when its session has ended. */
  remember?: boolean
  /** Logs an inactive user in, for this request. */
  force?: boolean
  /** Whether a password was given just now. */
  fresh?: boolean
  /** When the password was last given, in ms since 1970; goes before fresh. */
  freshAt?: number
  startedBy?: StartedBy
  /** The device that this browser is known as already. */
  deviceId?: string | null
}

/** Takes request, answer and user; starts a session of its own for the user, and says whether it did: an inactive one needs force. */
export async function logIn<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
  user: User,
  asked: LogInOptions = {},
): Promise<boolean> {
  if (!parts.options.isActive(user) && !asked.force) return false
  const rememberUntil = asked.remember ? endOfRemembering(parts.options, asked) : null

  // Whoever was remembered here before must not take over when this session ends (flask-login #337).
  await forget(parts, req, res)
  await startSession(parts, req, res, user, newLogin(parts.options, req, asked))
  if (rememberUntil) await remember(parts, req, res, user, rememberUntil)
  parts.events.emit('loggedIn', { user, req })
  return true
}

/** Takes request and answer; ends the session and the remember series of this browser. Says who was logged in, or null. */
export async function logOut<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
): Promise<User | null> {
  const user = currentUser<User>(req)
  const deviceId = req.session?.login?.deviceId
  // First: this browser forgets its cookie even where the store refuses to write.
  takeCookieBack(parts, req, res)
  await endSeries(parts, req)
  if (deviceId) await parts.options.logOutDevice?.(deviceId, req)
  await endSession(req)
  setUser(req, null)
  parts.events.emit('loggedOut', { user, req })
  return user
}

/** Takes a request whose user has just given the password again; makes the login fresh under a new session id. False when nobody is logged in. */
export async function confirmLogin<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
): Promise<boolean> {
  const user = currentUser<User>(req)
  if (user === null) return false
  const { cookie: _, passport: __, login, ...kept } = req.session
  const confirmed = newLogin(parts.options, req, { startedBy: 'reauthentication' })
  const { freshAt, fingerprint, startedBy } = confirmed
  const state = { ...confirmed, ...login, freshAt, fingerprint, startedBy }
  // The same person goes on: open tabs keep their CSRF secret and what was interrupted.
  await startSession(parts, req, res, user, state, kept)
  parts.events.emit('loginConfirmed', { user, req })
  return true
}

/** Takes a user whose login id has just changed, such as by a new password; this browser stays logged in, in a session of its own, and is remembered exactly as long as before. */
export async function renewLogin<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
  user: User,
): Promise<boolean> {
  // As fresh as it was: no password was given for this, and a copied remember cookie gets here too.
  const { rememberUntil = null, deviceId = null, freshAt = 0 } = req.session.login ?? {}
  const remembering = rememberUntil === null ? {} : { rememberUntil: new Date(rememberUntil) }
  const kept = { ...remembering, remember: rememberUntil !== null, deviceId, freshAt }
  return logIn(parts, req, res, user, { ...kept, startedBy: 'renewal' })
}

/** Takes what a new session knows about its login; starts it with the fields of the application and those carried over. */
export async function startSession<User>(
  { options, sessions }: LoginParts<User>,
  req: Request,
  res: Response,
  user: User,
  login: LoginState,
  kept: Partial<SessionData> = carriedFields(options, req),
): Promise<void> {
  const fields = await options.sessionFields(user, req, res)
  // Logging out in the same request has left none to start from.
  if (!req.session) req.sessionStore.generate(req)
  // Passport has the store save it before this resolves: the row comes with its device and its event.
  await sessions.startSession(req, user, () => {
    Object.assign(req.session, fields, kept, { login })
  })
}

function carriedFields<User>(
  options: LoginManagerOptions<User>,
  req: Request,
): Partial<SessionData> {
  const { session } = req
  const kept = options.carriedKeys.filter((key) => session?.[key] !== undefined)
  return Object.fromEntries(kept.map((key) => [key, session[key]]))
}

function newLogin<User>(
  { clock, fingerprint }: LoginManagerOptions<User>,
  req: Request,
  { fresh = true, freshAt, startedBy = 'password', deviceId = null }: LogInOptions,
): LoginState {
  return {
    freshAt: freshAt ?? (fresh ? clock().getTime() : 0),
    fingerprint: fingerprint(req),
    startedBy,
    deviceId,
    seriesId: null,
    rememberUntil: null,
    hasUnseenToken: false,
  }
}

// Destroyed, not regenerated: a new session would be stored for somebody who has just left.
function endSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!req.session) return resolve()
    req.session.destroy((error: unknown) => (error ? reject(error) : resolve()))
  })
}
