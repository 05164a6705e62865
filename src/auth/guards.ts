import type { Request, RequestHandler, Response } from 'express'
import { HttpError } from '../http/http-error.ts'
import type { LoginEmitter } from './events.ts'
import { saveThenRedirect } from './express-session.ts'
import { keepInterruptedPost } from './interrupted-post.ts'
import { loginUrl, safeNext } from './next.ts'
import type { Handler, LoginManagerOptions } from './options.ts'
import { currentUser, isFresh } from './visit.ts'

export type Guards = {
  /** Lets only those pass who are logged in. */
  requireLogin: RequestHandler
  /** Lets only those pass who gave their password within freshFor. */
  requireFreshLogin: RequestHandler
  /** Lets only those pass who are not logged in. */
  requireAnonymous: RequestHandler
  /** Answers a visitor who would have to log in first. */
  unauthorized: Handler
  /** Answers a visitor whose login is not fresh. */
  needsRefresh: Handler
}

/** Takes the options of a login manager, or those of one router, and its emitter; returns its guards. */
export function createGuards<User>(
  options: LoginManagerOptions<User>,
  events: LoginEmitter<User>,
): Guards {
  const isExempt = (req: Request) => options.exemptMethods.includes(req.method)
  const isLoggedIn = (req: Request) => {
    const user = currentUser<User>(req)
    return user !== null && options.isActive(user)
  }

  const unauthorized: Handler = (req, res, next) => {
    events.emit('unauthorized', { req })
    if (options.onUnauthorized) return options.onUnauthorized(req, res, next)
    if (prefersJson(req, res)) return res.status(401).json({ error: 'login_required' })
    const { loginView: view, loginMessage: message, loginMessageCategory: category } = options
    // A form that was sent is lost: its address may have no page to come back to.
    const wayBack = isSafe(req) ? req.originalUrl : null
    return sendTo({ view, message, category, wayBack }, req, res)
  }

  const needsRefresh: Handler = (req, res, next) => {
    events.emit('needsRefresh', { user: currentUser<User>(req) as User, req })
    if (options.onNeedsRefresh) return options.onNeedsRefresh(req, res, next)
    if (prefersJson(req, res)) return res.status(401).json({ error: 'login_required' })
    keepInterruptedPost(req, options.getId(currentUser<User>(req) as User), options.clock())
    const { refreshView: view, needsRefreshMessage: message } = options
    const category = options.needsRefreshMessageCategory
    return sendTo({ view, message, category, wayBack: req.originalUrl }, req, res)
  }

  async function sendTo({ view, message, category, wayBack }: Detour, req: Request, res: Response) {
    if (view === null) throw new HttpError(401)
    if (message) options.flash(req, res, options.localize(message, req), category)
    if (options.nextIn === 'session' && wayBack) req.session.next = wayBack
    const address = loginUrl(view, options.nextIn === 'query' ? wayBack : null)
    return saveThenRedirect(req, res, isSafe(req) ? 302 : 303, address)
  }

  return {
    unauthorized,
    needsRefresh,
    requireLogin: (req, res, next) =>
      isExempt(req) || isLoggedIn(req) ? next() : unauthorized(req, res, next),
    requireFreshLogin(req, res, next) {
      if (isExempt(req)) return next()
      if (!isLoggedIn(req)) return unauthorized(req, res, next)
      return isFresh(req, options) ? next() : needsRefresh(req, res, next)
    },
    requireAnonymous(req, res, next) {
      if (!isLoggedIn(req)) return next()
      const { alreadyLoggedInMessage: message, loginMessageCategory: category } = options
      // Whoever sent a form to be somebody else now would believe that they are.
      if (message && !isSafe(req)) options.flash(req, res, options.localize(message, req), category)
      const address = safeNext(req.query.next, options.origin) ?? options.homeView
      res.redirect(isSafe(req) ? 302 : 303, address)
    },
  }
}

type Detour = {
  view: string | null
  message: string | null
  category: string
  wayBack: string | null
}

function isSafe(req: Request): boolean {
  return req.method === 'GET' || req.method === 'HEAD'
}

// A browser names text/html; whoever says nothing, or anything, gets a page.
function prefersJson(req: Request, res: Response): boolean {
  res.vary('Accept')
  return req.accepts(['html', 'json']) === 'json'
}
