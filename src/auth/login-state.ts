import type { Request, Response } from 'express'
import { readSession } from './express-session.ts'
import type { LoginParts } from './login-parts.ts'
import type { AnyUser, StartedBy } from './options.ts'

/** What a session knows about its login. Times are in ms since 1970. */
export type LoginState = {
  /** When the password was last given; 0 when it was not given in this session. */
  freshAt: number
  /** The absolute end of the session counts from here: the last time that the password was given, or a remember cookie restored it. */
  since: number
  /** When a session ends at the latest that a remember cookie restored: with its series. */
  notAfter: number | null
  fingerprint: string | null
  startedBy: StartedBy
  deviceId: string | null
  /** The remember series of this browser, if it has one. */
  seriesId: string | null
  /** When its remembering ends; null without a series. */
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

export function currentUser<User = AnyUser>(req: Request): User | null {
  return (req.user as User | undefined) ?? null
}

/** The user behind requireLogin; throws where the guard was forgotten. */
export function loggedInUser<User = AnyUser>(req: Request): User {
  const user = currentUser<User>(req)
  if (user === null)
    throw new Error('No user is logged in: did you forget requireLogin before this handler?')
  return user
}

/** Whether the password was given within freshFor. */
export function isFresh({ options }: LoginParts, req: Request): boolean {
  const user = currentUser(req)
  const { login, passport } = readSession(req)
  // A user whom the request itself brought is not the one who gave a password in this session.
  if (user === null || !login || passport?.user !== options.getId(user)) return false
  // Both ways: a clock that was ahead for a while has left times to come.
  return Math.abs(login.freshAt - options.clock().getTime()) < options.freshFor
}

/** Changes what the session knows about its login, if it has one. */
export function changeLogin({ session }: Request, changes: Partial<LoginState>): void {
  if (session.login) session.login = { ...session.login, ...changes }
}

export function setUser(req: Request, user: AnyUser | null): void {
  if (user === null) delete req.user
  else req.user = user
}

/** Express puts it there before any middleware runs. */
export function responseTo(req: Request): Response {
  return req.res as Response
}
