import { hash } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import type { SessionData } from 'express-session'
import { type Clock, systemClock } from '../clock.ts'
import { days, minutes } from '../durations.ts'
import { memoize } from '../memoize.ts'
import {
  createMemoryRememberStore,
  type RememberSeries,
  type RememberStore,
} from './remember-store.ts'

/** What a user is, only the application knows. */
export type AnyUser = object

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
  /** Where requireAnonymous sends users who are logged in. */
  homeView: string
  /** Shown when requireAnonymous refuses the form of a user who is logged in. */
  alreadyLoggedInMessage: string | null
  /** Replaces everything that requireLogin does with a visitor who is not logged in. */
  onUnauthorized: Handler | null
  /** Replaces everything that requireFreshLogin does with a login that is not fresh. */
  onNeedsRefresh: Handler | null
  /** `query` puts the way back into the URL, `session` into the session. */
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

/** How a session began; kept in the session and shown in the list of devices. */
export type StartedBy = 'password' | 'registration' | 'remember' | 'reauthentication' | 'renewal'

type MaybeLater<Value> = Value | Promise<Value>

export type LoginManagerOptions<User> = GuardOptions & {
  /** Newest first: the first signs and computes, all verify. */
  secrets: readonly string[]
  /** Our own origin: a way back to anywhere else is refused. */
  origin: string
  clock: Clock
  /** Is given what getId gave; null or undefined when there is no such user any more. */
  loadUser: ((id: string, req: Request) => MaybeLater<User | null | undefined>) | null
  /** Finds a user by what the request carries, such as a key in a header. Never starts a session. */
  loadUserFromRequest: ((req: Request) => MaybeLater<User | null | undefined>) | null
  getId: (user: User) => string
  isActive: (user: User) => boolean
  flash: (req: Request, res: Response, message: string, category: string) => void
  localize: (message: string, req: Request) => string
  sessionProtection: 'off' | 'basic' | 'strong'
  fingerprint: (req: Request) => string
  /** Milliseconds for which a password counts as just given. */
  freshFor: number
  /** Fields that are never kept when a form is interrupted. */
  secretFields: readonly string[]
  remember: RememberCookieOptions & { store: RememberStore }
  /** What a new session of this user holds besides the login, such as a CSRF secret. */
  sessionFields: (user: User, req: Request, res: Response) => Promise<SessionFields>
  /** Session keys that survive logging in; everything else of the anonymous session is dropped. */
  carriedKeys: readonly (keyof SessionData)[]
  /** Ends what else is logged in at a device when it logs out, such as what its other tabs started meanwhile. */
  logOutDevice: ((deviceId: string, req: Request) => Promise<void>) | null
  /** Ends everything that hangs on a series whose cookie was copied; without it, the series alone. */
  endStolenSeries: ((series: RememberSeries, req: Request) => Promise<void>) | null
}

type SessionFields = Partial<Omit<SessionData, 'login' | 'passport'>>

export type GivenOptions<User> = Partial<Omit<LoginManagerOptions<User>, 'remember'>> &
  Pick<LoginManagerOptions<User>, 'secrets'> & {
    remember?: Partial<LoginManagerOptions<User>['remember']>
  }

/** Flask-Login's defaults, where they are safe ones. */
export function withDefaults<User>(given: GivenOptions<User>): LoginManagerOptions<User> {
  const remember = { ...defaultRemember(), ...given.remember }
  return { ...defaultGuards, ...defaultManager<User>(), ...given, remember }
}

const defaultGuards: GuardOptions = {
  loginView: null,
  loginMessage: 'Please log in to access this page.',
  loginMessageCategory: 'message',
  refreshView: null,
  needsRefreshMessage: 'Please reauthenticate to access this page.',
  needsRefreshMessageCategory: 'message',
  homeView: '/',
  alreadyLoggedInMessage: null,
  onUnauthorized: null,
  onNeedsRefresh: null,
  nextIn: 'query',
  exemptMethods: ['OPTIONS'],
}

function defaultManager<User>() {
  return {
    origin: 'http://localhost:3000',
    clock: systemClock,
    loadUser: null,
    loadUserFromRequest: null,
    getId: idOf<User>,
    isActive: (user: User) => (user as { isActive?: boolean }).isActive !== false,
    flash: () => {},
    localize: (message: string) => message,
    sessionProtection: 'basic' as const,
    fingerprint: (req: Request) => takeFingerprint(req),
    freshFor: minutes(10),
    secretFields: ['password', 'confirm', 'current', '_csrf'],
    sessionFields: async () => ({}),
    carriedKeys: [],
    logOutDevice: null,
    endStolenSeries: null,
  }
}

function idOf<User>(user: User): string {
  const { id } = user as { id?: unknown }
  if (id === undefined || id === null)
    throw new Error('A user without an id needs the option getId')
  return String(id)
}

// A user agent is as long as Node lets headers be: 500 of them take at most 8 MB.
const digest = memoize((text: string) => hash('sha256', text, 'base64url'))

/** Digests network and browser. `req.ip` heeds X-Forwarded-For only as far as `trust proxy` says. */
export function takeFingerprint(req: Request, network = req.ip ?? ''): string {
  return digest(`${network}|${req.get('user-agent') ?? ''}`)
}

function defaultRemember(): LoginManagerOptions<unknown>['remember'] {
  return {
    name: 'remember_token',
    duration: days(30),
    path: '/',
    domain: null,
    secure: false,
    httpOnly: true,
    sameSite: 'lax',
    refreshEachRequest: false,
    store: createMemoryRememberStore(),
  }
}
