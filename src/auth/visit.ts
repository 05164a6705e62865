import type { Request } from 'express'
import type { LoginManagerOptions, StartedBy } from './options.ts'

/** What a session knows about its login. */
export type LoginState = {
  /** When the password was last given, in ms since 1970; 0 when it was not given in this session. */
  freshAt: number
  fingerprint: string | null
  startedBy: StartedBy
  deviceId: string | null
  /** The remember series of this browser, if it has one. */
  seriesId: string | null
  /** When its remembering ends, in ms since 1970; null without a series. */
  rememberUntil: number | null
  /** True until the successor in our last remember cookie has come back once. */
  hasUnseenToken: boolean
}

declare module 'express-session' {
  interface SessionData {
    login: LoginState
    passport: { user?: string }
    csrfSecret: string
    next: string
  }
}

/** Takes a request; returns who is visiting, or null. */
export function currentUser<User>(req: Request): User | null {
  return (req.user as User | undefined) ?? null
}

/** Takes a request behind requireLogin; returns its user. Throws when the guard is missing. */
export function loggedInUser<User>(req: Request): User {
  const user = currentUser<User>(req)
  if (user === null)
    throw new Error('Nobody is logged in: did you forget requireLogin before this handler?')
  return user
}

/** Takes a request and the options; says whether its user gave a password within freshFor. */
export function isFresh<User>(req: Request, options: LoginManagerOptions<User>): boolean {
  const user = currentUser<User>(req)
  const { login, passport } = req.session ?? {}
  // A user whom the request itself brought is not the one who gave a password in this session.
  if (user === null || !login || passport?.user !== options.getId(user)) return false
  return login.freshAt > options.clock().getTime() - options.freshFor
}

/** Puts a user into this request, or takes the one it has away. */
export function setUser<User>(req: Request, user: User | null): void {
  // Express and Passport agree on this property; the type of a user is the application's.
  if (user === null) delete req.user
  else req.user = user
}
