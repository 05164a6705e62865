import { EventEmitter } from 'node:events'
import type { Request, RequestHandler, Response } from 'express'
import { readSession } from './express-session.ts'
import { createGuards, type Guards } from './guards.ts'
import { confirmLogin, type LogInOptions, logIn, logOut, renewLogin } from './login.ts'
import type { LoginEmitter, LoginParts } from './login-parts.ts'
import { currentUser, isFresh, loggedInUser } from './login-state.ts'
import {
  type GivenOptions,
  type GuardOptions,
  type LoginManagerOptions,
  withDefaults,
} from './options.ts'
import { createPassportSessions } from './passport.ts'
import { recogniseVisitor } from './recognise.ts'
import { assertDuration, createRememberCookie } from './remember-cookie.ts'
import { createRememberMe } from './remember-me.ts'

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
export function createLoginManager<User>(given: GivenOptions<User>): LoginManager<User> {
  const options = withDefaults(given)
  const parts = createParts(options)
  const { events, cookie } = parts
  return {
    ...createGuards(options, events),
    middleware: recogniseVisitor(parts),
    events,
    logIn: (req, res, user, asked) => logIn(parts, req, res, user, asked),
    logOut: (req, res) => logOut(parts, req, res),
    confirmLogin: (req, res) => confirmLogin(parts, req, res),
    renewLogin: (req, res, user) => renewLogin(parts, req, res, user),
    currentUser: (req) => currentUser<User>(req),
    loggedInUser: (req) => loggedInUser<User>(req),
    isFresh: (req) => isFresh(req, options),
    isRemembered(req) {
      const seriesId = readSession(req).login?.seriesId
      return cookie.readAll(req).some((presented) => presented.seriesId === seriesId)
    },
    guardsWith: (own) => createGuards({ ...options, ...own }, events),
  }
}

function createParts<User>(options: LoginManagerOptions<User>): LoginParts<User> {
  const { secrets, clock, remember } = options
  assertDuration('remember.duration', remember.duration)
  return {
    options,
    events: new EventEmitter(),
    sessions: createPassportSessions<User>(options.getId),
    loadActiveUser: (id, req) => loadActiveUser(options, id, req),
    rememberMe: createRememberMe({ store: remember.store, secrets, clock }),
    cookie: createRememberCookie(options),
  }
}

// A user who was deactivated is out at the next request, whatever session there still is.
async function loadActiveUser<User>(options: LoginManagerOptions<User>, id: string, req: Request) {
  const user = (await options.loadUser?.(id, req)) ?? null
  return user !== null && options.isActive(user) ? user : null
}
