import type { Request } from 'express'
import type { SessionData } from 'express-session'
import type { LoginParts } from './login-parts.ts'
import { currentUser, type LoginState, responseTo, setUser } from './login-state.ts'
import type { AnyUser, LoginManagerOptions, StartedBy } from './options.ts'
import { endOfRemembering, forget, type RememberingOptions, remember } from './remember-cookie.ts'

export type LogInOptions = RememberingOptions & {
  /** Keeps this browser logged in when its session has ended. */
  remember?: boolean
  /** Logs an inactive user in, for this request. */
  force?: boolean
  /** Whether a password was given just now. */
  fresh?: boolean
  startedBy?: StartedBy
  /** Of a login that goes on under a new session id: what it knew. */
  continues?: Pick<LoginState, 'freshAt' | 'since' | 'notAfter' | 'deviceId'> | undefined
}

/** Starts a session for the user under a new id. False for an inactive one without force. */
export async function logIn(
  parts: LoginParts,
  req: Request,
  user: AnyUser,
  asked: LogInOptions = {},
): Promise<boolean> {
  if (!parts.options.isActive(user) && !asked.force) return false
  const rememberUntil = asked.remember ? endOfRemembering(parts.options, asked) : null

  // A user who was remembered here before must not take over when this session ends (flask-login #337).
  await forget(parts, req)
  await startSession(parts, req, user, newLogin(parts.options, req, asked))
  if (rememberUntil) await remember(parts, req, user, rememberUntil)
  parts.events.emit('loggedIn', { user, req })
  return true
}

/** Ends the session and the remember series of this browser. Returns the user who was logged in, or null. */
export async function logOut<User>(parts: LoginParts, req: Request): Promise<User | null> {
  const user = currentUser(req)
  const deviceId = req.session?.login?.deviceId ?? req.endedSession?.deviceId
  // First: this browser forgets its cookie even where the store refuses to write.
  parts.cookie.clearIfOurs(req)
  await forget(parts, req)
  if (deviceId) await parts.options.logOutDevice?.(deviceId, req)
  await endSession(req)
  setUser(req, null)
  parts.events.emit('loggedOut', { user, req })
  return user as User | null
}

/** Makes the login fresh under a new session id: call it when the password was given again. False when no user is logged in. */
export async function confirmLogin(parts: LoginParts, req: Request): Promise<boolean> {
  const user = currentUser(req)
  if (user === null) return false
  const { cookie: _, passport: __, login, ...kept } = req.session
  const confirmed = newLogin(parts.options, req, { startedBy: 'reauthentication' })
  const { deviceId, seriesId, rememberUntil, hasUnseenToken } = { ...confirmed, ...login }
  const state = { ...confirmed, deviceId, seriesId, rememberUntil, hasUnseenToken }
  // The same user goes on: open tabs keep their CSRF secret and what was interrupted.
  await startSession(parts, req, user, state, kept)
  parts.events.emit('loginConfirmed', { user, req })
  return true
}

/** Keeps this browser logged in when the login id of its user has just changed, such as by a new password. It is remembered exactly as long as before. */
export async function renewLogin(parts: LoginParts, req: Request, user: AnyUser): Promise<boolean> {
  const { login, interruptedPost } = req.session
  const end = login?.rememberUntil
  const remembering = end ? { remember: true, rememberUntil: new Date(end) } : {}
  // As fresh as before, and no longer: a stolen session could otherwise be renewed for ever.
  const continued = { ...remembering, continues: login, startedBy: 'renewal' } as const
  const isLoggedIn = await logIn(parts, req, user, continued)
  // A form that was resumed may be what renewed the login: a second press must find that it was done.
  if (isLoggedIn && interruptedPost?.isResumed) req.session.interruptedPost = interruptedPost
  return isLoggedIn
}

/** Starts a session with the fields of the application and those carried over. */
export async function startSession(
  { options, openSession }: LoginParts,
  req: Request,
  user: AnyUser,
  login: LoginState,
  kept: Partial<SessionData> = carriedFields(options.carriedKeys, req),
): Promise<void> {
  const fields = await options.sessionFields(user, req, responseTo(req))
  // Logging out in the same request has left none to start from.
  if (!req.session) req.sessionStore.generate(req)
  // Passport has the store save it before this resolves: the row comes with its device and its event.
  await openSession(req, user, () => Object.assign(req.session, fields, kept, { login }))
}

function carriedFields(keys: readonly (keyof SessionData)[], { session }: Request) {
  const kept = keys.filter((key) => session?.[key] !== undefined)
  return Object.fromEntries(kept.map((key) => [key, session[key]]))
}

function newLogin(
  { clock, fingerprint }: Pick<LoginManagerOptions<never>, 'clock' | 'fingerprint'>,
  req: Request,
  { fresh = true, startedBy = 'password', continues }: LogInOptions,
): LoginState {
  const now = clock().getTime()
  return {
    freshAt: continues?.freshAt ?? (fresh ? now : 0),
    since: continues?.since ?? now,
    notAfter: continues?.notAfter ?? null,
    fingerprint: fingerprint(req),
    startedBy,
    deviceId: continues?.deviceId ?? null,
    seriesId: null,
    rememberUntil: null,
    hasUnseenToken: false,
  }
}

// Destroyed, not regenerated: a new session would be stored for a user who has just logged out.
function endSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!req.session) return resolve()
    req.session.destroy((error: unknown) => (error ? reject(error) : resolve()))
  })
}
