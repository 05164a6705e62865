import type { Request, RequestHandler, Response } from 'express'
import { withDefaults } from './default-options.ts'
import { createLoginEmitter, type LoginEmitter } from './events.ts'
import { createGuards, type Guards } from './guards.ts'
import { confirmLogin, type LogInOptions, logIn, logOut, renewLogin } from './login.ts'
import type { LoginParts } from './login-parts.ts'
import type { GivenOptions, GuardOptions, LoginManagerOptions } from './options.ts'
import { createPassportSessions } from './passport.ts'
import { recogniseVisitor } from './recognise.ts'
import { createRememberCookie } from './remember-cookie.ts'
import { createRememberMe } from './remember-me.ts'
import { demandDuration } from './remembering.ts'
import { currentUser, isFresh, loggedInUser } from './visit.ts'

export type LoginManager<User> = Guards & {
  /** Finds out who is visiting. Mount it after express-session and before the pages. */
  middleware: RequestHandler[]
  events: LoginEmitter<User>
  logIn: (req: Request, res: Response, user: User, asked?: LogInOptions) => Promise<boolean>
  logOut: (req: Request, res: Response) => Promise<User | null>
  confirmLogin: (req: Request, res: Response) => Promise<boolean>
  renewLogin: (req: Request, res: Response, user: User) => Promise<boolean>
  currentUser: (req: Request) => User | null
  loggedInUser: (req: Request) => User
  isFresh: (req: Request) => boolean
  /** Says whether this browser presented a remember cookie that belongs to its session. */
  isRemembered: (req: Request) => boolean
  /** Guards with other views, messages or handlers, for one router. */
  guardsWith: (own: Partial<GuardOptions>) => Guards
}

/** Takes how to load a user and the secrets, newest first; returns everything that an application needs to know who is visiting. Throws when both loaders are missing, or an option is not what it must be. */
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
      const seriesId = cookie.read(req)?.seriesId
      return seriesId !== undefined && seriesId === req.session?.login?.seriesId
    },
    guardsWith: (own) => createGuards({ ...options, ...own }, events),
  }
}

function createParts<User>(options: LoginManagerOptions<User>): LoginParts<User> {
  const { secrets, clock, remember } = options
  demandDuration('remember.duration', remember.duration)
  return {
    options,
    events: createLoginEmitter<User>(),
    sessions: createPassportSessions<User>({
      loadUser: (id, req) => loadActiveUser(options, id, req),
      getId: options.getId,
    }),
    rememberMe: createRememberMe({ store: remember.store, secrets, clock }),
    cookie: createRememberCookie(options),
  }
}

// A user who was deactivated is out at the next request, whatever session there still is.
async function loadActiveUser<User>(options: LoginManagerOptions<User>, id: string, req: Request) {
  const user = (await options.loadUser?.(id, req)) ?? null
  return user !== null && options.isActive(user) ? user : null
}
