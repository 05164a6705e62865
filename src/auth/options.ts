import type { NextFunction, Request, Response } from 'express'
import type { SessionData } from 'express-session'
import type { Clock } from '../clock.ts'
import type { RememberSeries, RememberStore } from './remember-store.ts'

export type Handler = (req: Request, res: Response, next: NextFunction) => unknown

/** What a guard does with a visitor it does not let through; each router can have its own. */
export type GuardOptions = {
  /** Where visitors log in; null answers 401. */
  loginView: string | null
  loginMessage: string | null
  loginMessageCategory: string
  /** Where a password is asked again; null answers 401. */
  refreshView: string | null
  needsRefreshMessage: string | null
  needsRefreshMessageCategory: string
  /** Where requireAnonymous sends those who are logged in. */
  homeView: string
  /** What requireAnonymous tells those whose form it does not take. */
  alreadyLoggedInMessage: string | null
  /** Replaces everything that requireLogin does with a visitor who is not logged in. */
  onUnauthorized: Handler | null
  /** Replaces everything that requireFreshLogin does with a login that is not fresh. */
  onNeedsRefresh: Handler | null
  /** `query` puts the way back into the address, `session` into the session. */
  nextIn: 'query' | 'session'
  /** Methods that guards let through. HEAD is not among them: it tells what GET would. */
  exemptMethods: readonly string[]
}

export type RememberCookieOptions = {
  name: string
  /** Milliseconds, from logging in: using the cookie does not prolong it. */
  duration: number
  path: string
  domain: string | null
  secure: boolean
  httpOnly: boolean
  sameSite: 'lax' | 'strict' | 'none'
  /** Sends the cookie again with every answer, so that its Expires moves on. */
  refreshEachRequest: boolean
}

/** How somebody came to be logged in; kept in the session and shown in the list of devices. */
export type StartedBy = 'password' | 'registration' | 'remember' | 'reauthentication' | 'renewal'

export type LoginManagerOptions<User> = GuardOptions & {
  /** Secrets, newest first: the first signs and computes, all verify. */
  secrets: readonly string[]
  /** Our own origin: a way back to anywhere else is refused. */
  origin: string
  clock: Clock
  /** Takes what getId gave; returns the user, or null when there is none any more. */
  loadUser: ((id: string, req: Request) => Promise<User | null> | User | null) | null
  /** Finds a user by what the request carries, such as a key in a header. Never starts a session. */
  loadUserFromRequest: ((req: Request) => Promise<User | null> | User | null) | null
  getId: (user: User) => string
  isActive: (user: User) => boolean
  flash: (req: Request, res: Response, message: string, category: string) => void
  localize: (message: string, req: Request) => string
  sessionProtection: 'off' | 'basic' | 'strong'
  fingerprint: (req: Request) => string
  /** Milliseconds for which a password counts as just given. */
  freshFor: number
  remember: RememberCookieOptions & { store: RememberStore }
  /** What a new session of this user holds besides the login, such as a CSRF secret. */
  sessionFields: (user: User, req: Request, res: Response) => Promise<SessionFields>
  /** Session keys that survive logging in; everything else of the anonymous session is dropped. */
  carriedKeys: readonly (keyof SessionData)[]
  /** Ends what else is logged in at a device when it logs out, such as what its other tabs started meanwhile. */
  logOutDevice: ((deviceId: string, req: Request) => Promise<void>) | null
  /** Ends whatever hangs on a series whose cookie was copied; the series alone where nothing is given. */
  endStolenSeries: ((series: RememberSeries, req: Request) => Promise<void>) | null
}

export type SessionFields = Partial<Omit<SessionData, 'login' | 'passport'>>

export type GivenOptions<User> = Partial<Omit<LoginManagerOptions<User>, 'remember'>> &
  Pick<LoginManagerOptions<User>, 'secrets'> & {
    remember?: Partial<LoginManagerOptions<User>['remember']>
  }
