import type { Request, Response } from 'express'
import type { SessionData } from 'express-session'
import type { LoginEmitter } from './events.ts'
import type { LoginManagerOptions, StartedBy } from './options.ts'
import type { PassportSessions } from './passport.ts'
import type { RememberCookie } from './remember-cookie.ts'
import type { RememberMe } from './remember-me.ts'
import { currentUser, type LoginState, setUser } from './visit.ts'

/** What the acts of a login manager work with. */
export type LoginParts<User> = {
  options: LoginManagerOptions<User>
  events: LoginEmitter<User>
  sessions: PassportSessions<User>
  rememberMe: RememberMe
  cookie: RememberCookie
}

export type LogInOptions = {
  /** Keeps this browser logged in when its session has ended. */
  remember?: boolean
  /** How long it is remembered, in ms; the option remember.duration where nothing is said. */
  duration?: number
  /** When remembering ends; goes before duration. For a browser whose end was set at an earlier login. */
  rememberUntil?: Date
  /** Logs an inactive user in, for this request. */
  force?: boolean
  /** Whether a password was given just now. */
  fresh?: boolean
  startedBy?: StartedBy
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
  await forget(parts, req, res)
  await replaceSession(req)
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
  const seriesId = login?.seriesId ?? null
  // The same person goes on: open tabs keep their CSRF secret and what was interrupted.
  await startSession(parts, req, res, user, { ...confirmed, seriesId }, kept)
  parts.events.emit('loginConfirmed', { user, req })
  return true
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
  await sessions.startSession(req, user, () => {
    const state = { ...login, ...(fields.login ?? {}) }
    Object.assign(req.session, fields, kept, { login: state })
  })
}

function carriedFields<User>(
  options: LoginManagerOptions<User>,
  req: Request,
): Partial<SessionData> {
  const kept = options.carriedKeys.filter((key) => req.session[key] !== undefined)
  return Object.fromEntries(kept.map((key) => [key, req.session[key]]))
}

function newLogin<User>(
  { clock, fingerprint }: LoginManagerOptions<User>,
  req: Request,
  { fresh = true, startedBy = 'password' }: LogInOptions,
): LoginState {
  return {
    freshAt: fresh ? clock().getTime() : 0,
    fingerprint: fingerprint(req),
    startedBy,
    deviceId: null,
    seriesId: null,
    hasUnseenToken: false,
  }
}

async function remember<User>(
  { options, rememberMe, cookie }: LoginParts<User>,
  req: Request,
  res: Response,
  user: User,
  expiresAt: Date,
): Promise<void> {
  const deviceId = req.session.login?.deviceId ?? null
  const loginId = options.getId(user)
  const { series, token } = await rememberMe.start({ loginId, deviceId, expiresAt })
  if (req.session.login) req.session.login.seriesId = series.id
  cookie.write(res, { seriesId: series.id, token }, expiresAt)
}

/** Ends the series that this browser presents or that its session hangs on, and takes the cookie back. */
export async function forget<User>(
  { rememberMe, cookie }: LoginParts<User>,
  req: Request,
  res: Response,
): Promise<void> {
  const known = [cookie.read(req)?.seriesId, req.session?.login?.seriesId]
  const ids = new Set(known.filter((id) => typeof id === 'string'))
  for (const id of ids) await rememberMe.end(id)
  if (cookie.isSent(req)) cookie.clear(res)
}

function replaceSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.regenerate((error: unknown) => (error ? reject(error) : resolve()))
  })
}

function endOfRemembering<User>(
  { clock, remember }: LoginManagerOptions<User>,
  { duration = remember.duration, rememberUntil }: LogInOptions,
): Date {
  if (rememberUntil) return rememberUntil
  if (!Number.isFinite(duration) || duration <= 0) {
    throw new TypeError(`duration must be a number of milliseconds, instead got: ${duration}`)
  }
  return new Date(clock().getTime() + duration)
}
