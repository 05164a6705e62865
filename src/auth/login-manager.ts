import { EventEmitter } from 'node:events'
import type { Request, RequestHandler, Response } from 'express'
import { readSession } from './express-session.ts'
import { createGuards, type Guards } from './guards.ts'
import { confirmLogin, type LogInOptions, logIn, logOut, renewLogin } from './login.ts'
import type { LoginEmitter, LoginParts } from './login-parts.ts'
import { currentUser, isFresh, loggedInUser } from './login-state.ts'
import {
  type AnyUser,
  type GivenOptions,
  type GuardOptions,
  type LoginManagerOptions,
  withDefaults,
} from './options.ts'
import { preparePassport } from './passport.ts'
import { recogniseVisitor } from './recognise.ts'
import { assertDuration, createRememberCookie } from './remember-cookie.ts'
import { RememberMe } from './remember-me.ts'

export type LoginManager<User> = Guards & {
  /** Finds out who is visiting. Mount it after express-session and before the pages. */
  middleware: RequestHandler
  events: LoginEmitter<User>
  logIn: (req: Request, res: Response, user: User, asked?: LogInOptions) => Promise<boolean>
  logOut: (req: Request, res: Response) => Promise<User | null>
  confirmLogin: (req: Request, res: Response) => Promise<boolean>
  renewLogin: (req: Request, res: Response, user: User) => Promise<boolean>
  currentUser: (req: Request) => User | null
  loggedInUser: (req: Request) => User
  isFresh: (req: Request) => boolean
  /** Whether this browser presented a remember cookie that belongs to its session. */
  isRemembered: (req: Request) => boolean
  /** Guards with other views, messages or handlers, for one router. */
  guardsWith: (own: Partial<GuardOptions>) => Guards
}

/** Throws when both loaders are missing, or an option is not what it must be. */
export function createLoginManager<User>(given: GivenOptions<User>): LoginManager<User>
export function createLoginManager(given: GivenOptions<AnyUser>): LoginManager<AnyUser> {
  const options = withDefaults(given)
  const parts = createParts(options)
  return {
    ...createGuards(parts),
    middleware: recogniseVisitor(parts),
    events: parts.events,
    logIn: (req, _res, user, asked) => logIn(parts, req, user, asked),
    logOut: (req) => logOut(parts, req),
    confirmLogin: (req) => confirmLogin(parts, req),
    renewLogin: (req, _res, user) => renewLogin(parts, req, user),
    currentUser,
    loggedInUser,
    isFresh: (req) => isFresh(parts, req),
    isRemembered(req) {
      const seriesId = readSession(req).login?.seriesId
      return parts.cookie.readAll(req).some((presented) => presented.seriesId === seriesId)
    },
    guardsWith: (own) => createGuards({ ...parts, options: { ...options, ...own } }),
  }
}

function createParts(options: LoginManagerOptions<AnyUser>): LoginParts {
  const { secrets, clock, remember } = options
  assertDuration('remember.duration', remember.duration)
  return {
    options,
    events: new EventEmitter(),
    openSession: preparePassport(options.getId),
    rememberMe: new RememberMe({ store: remember.store, secrets, clock }),
    cookie: createRememberCookie(options),
  }
}
