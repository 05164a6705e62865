import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { isUnderWay } from './ended-session.ts'
import { saveThenRedirect } from './express-session.ts'
import { type FormToKeep, keepInterruptedPost } from './interrupted-post.ts'
import type { LoginEmitter } from './login-parts.ts'
import { currentUser, isFresh } from './login-state.ts'
import { loginUrl, nextOf } from './next.ts'
import type { Handler, LoginManagerOptions } from './options.ts'

/** What a form does, in words, such as "Change your email to ada@example.org". */
export type FormWords = string | ((req: Request) => string)

export type Guards = {
  requireLogin: RequestHandler
  /** Requires that the password was given within freshFor. */
  requireFreshLogin: RequestHandler
  /** The same, for a form: the page that asks for the password can say what will be done. */
  requireFreshLoginTo: (does: FormWords) => RequestHandler
  requireAnonymous: RequestHandler
  /** Answers a visitor who has to log in first. */
  unauthorized: Handler
  /** Answers a visitor whose login is not fresh. */
  needsRefresh: (req: Request, res: Response, next: NextFunction, form?: FormToKeep) => unknown
}

/** The options are those of a login manager, or of one router. */
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
    const { loginView: view, loginMessageCategory: category } = options
    // Logged in under a newer session, this browser would show the message there.
    const message = isUnderWay(req) ? null : options.loginMessage
    // A form that was sent is lost: its URL may have no page to come back to.
    const wayBack = isSafe(req) ? req.originalUrl : null
    return sendTo({ view, message, category, wayBack }, req, res)
  }

  // The default keeps the number of parameters at three: Express takes a handler of four for an error handler.
  const needsRefresh: Guards['needsRefresh'] = (req, res, next, form = {}) => {
    const user = currentUser<User>(req) as User
    events.emit('needsRefresh', { user, req })
    if (options.onNeedsRefresh) return options.onNeedsRefresh(req, res, next)
    if (prefersJson(req, res)) return res.status(401).json({ error: 'login_required' })
    const { refreshView: view, needsRefreshMessage: message, secretFields } = options
    const interruption = { loginId: options.getId(user), form, secretFields }
    const nonce = keepInterruptedPost(req, { ...interruption, now: options.clock() })
    const category = options.needsRefreshMessageCategory
    return sendTo({ view, message, category, wayBack: req.originalUrl, nonce }, req, res)
  }

  async function sendTo(detour: Detour, req: Request, res: Response) {
    const { view, message, category, wayBack, nonce = null } = detour
    if (view === null) throw Object.assign(new Error('Login required'), { status: 401 })
    if (message) options.flash(req, res, options.localize(message, req), category)
    if (options.nextIn === 'session' && wayBack) req.session.next = wayBack
    const url = loginUrl(view, options.nextIn === 'query' ? wayBack : null)
    const path = nonce === null ? url : loginUrl(url, nonce, 'resume')
    return saveThenRedirect(req, res, isSafe(req) ? 302 : 303, path)
  }

  const requireFresh =
    (does: FormWords): RequestHandler =>
    (req, res, next) => {
      if (isExempt(req)) return next()
      if (!isLoggedIn(req)) return unauthorized(req, res, next)
      if (isFresh(req, options)) return next()
      return needsRefresh(req, res, next, { does: typeof does === 'string' ? does : does(req) })
    }

  return {
    unauthorized,
    needsRefresh,
    requireLogin: (req, res, next) =>
      isExempt(req) || isLoggedIn(req) ? next() : unauthorized(req, res, next),
    requireFreshLogin: requireFresh(''),
    requireFreshLoginTo: requireFresh,
    requireAnonymous(req, res, next) {
      if (!isLoggedIn(req)) return next()
      const { alreadyLoggedInMessage: message, loginMessageCategory: category } = options
      // Without a word, a user who meant to log in to another account would take this one for it.
      if (message && !isSafe(req)) options.flash(req, res, options.localize(message, req), category)
      const path = nextOf(req, options.origin) ?? options.homeView
      res.redirect(isSafe(req) ? 302 : 303, path)
    },
  }
}

type Detour = {
  view: string | null
  message: string | null
  category: string
  wayBack: string | null
  /** Of the form that was interrupted. */
  nonce?: string | null
}

function isSafe(req: Request): boolean {
  return req.method === 'GET' || req.method === 'HEAD'
}

// A browser names text/html; a client that names nothing, or anything, gets a page.
function prefersJson(req: Request, res: Response): boolean {
  res.vary('Accept')
  return req.accepts(['html', 'json']) === 'json'
}
