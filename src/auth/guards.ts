import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { isUnderWay } from './ended-session.ts'
import { saveThenRedirect } from './express-session.ts'
import { type FormToKeep, keepInterruptedPost } from './interrupted-post.ts'
import type { LoginParts } from './login-parts.ts'
import { currentUser, isFresh } from './login-state.ts'
import { loginUrl, nextOf } from './next.ts'
import type { AnyUser, Handler } from './options.ts'

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

/** Their options are those of a login manager, or of one router. */
export function createGuards(parts: LoginParts): Guards {
  const requireFreshLoginTo = (does: FormWords): RequestHandler => requireFresh(parts, does)
  return {
    requireLogin: (req, res, next) =>
      isExempt(parts, req) || isLoggedIn(parts, req) ? next() : unauthorized(parts, req, res, next),
    requireFreshLogin: requireFreshLoginTo(''),
    requireFreshLoginTo,
    requireAnonymous: (req, res, next) =>
      isLoggedIn(parts, req) ? sendHome(parts, req, res) : next(),
    unauthorized: (req, res, next) => unauthorized(parts, req, res, next),
    // The default keeps the number of parameters at three: Express takes a handler of four for an error handler.
    needsRefresh: (req, res, next, form = {}) => needsRefresh(parts, req, res, next, form),
  }
}

function requireFresh(parts: LoginParts, does: FormWords): RequestHandler {
  return (req, res, next) => {
    if (isExempt(parts, req)) return next()
    if (!isLoggedIn(parts, req)) return unauthorized(parts, req, res, next)
    if (isFresh(parts, req)) return next()
    const form = { does: typeof does === 'string' ? does : does(req) }
    return needsRefresh(parts, req, res, next, form)
  }
}

function isExempt({ options }: LoginParts, req: Request): boolean {
  return options.exemptMethods.includes(req.method)
}

function isLoggedIn({ options }: LoginParts, req: Request): boolean {
  const user = currentUser(req)
  return user !== null && options.isActive(user)
}

function unauthorized(parts: LoginParts, req: Request, res: Response, next: NextFunction): unknown {
  const { options, events } = parts
  events.emit('unauthorized', { req })
  if (options.onUnauthorized) return options.onUnauthorized(req, res, next)
  const { loginView: view, loginMessageCategory: category } = options
  // Logged in under a newer session, this browser would show the message there.
  const message = isUnderWay(req) ? null : options.loginMessage
  // A form that was sent is lost: its URL may have no page to come back to.
  return sendTo(parts, req, res, {
    view,
    message,
    category,
    next: isRead(req) ? req.originalUrl : null,
  })
}

function needsRefresh(
  parts: LoginParts,
  req: Request,
  res: Response,
  next: NextFunction,
  form: FormToKeep,
): unknown {
  const { options, events } = parts
  const user = currentUser(req) as AnyUser
  events.emit('needsRefresh', { user, req })
  if (options.onNeedsRefresh) return options.onNeedsRefresh(req, res, next)
  const { refreshView: view, needsRefreshMessage: message } = options
  const category = options.needsRefreshMessageCategory
  const keepForm = () => {
    const { secretFields, getId, clock } = options
    return keepInterruptedPost(req, { loginId: getId(user), form, secretFields, now: clock() })
  }
  return sendTo(parts, req, res, { view, message, category, next: req.originalUrl, keepForm })
}

/** Where a visitor is sent first, and where they go on from there. */
type Detour = {
  view: string | null
  message: string | null
  category: string
  next: string | null
  /** Returns the nonce of the form that was interrupted, or null. */
  keepForm?: () => string | null
}

async function sendTo({ options }: LoginParts, req: Request, res: Response, detour: Detour) {
  if (prefersJson(req, res)) return res.status(401).json({ error: 'login_required' })
  const { view, message, category, next, keepForm = () => null } = detour
  const nonce = keepForm()
  if (view === null) throw Object.assign(new Error('Login required'), { status: 401 })
  if (message) options.flash(req, res, options.localize(message, req), category)
  if (options.nextIn === 'session' && next) req.session.next = next
  const url = loginUrl(view, options.nextIn === 'query' ? next : null)
  const path = nonce === null ? url : loginUrl(url, nonce, 'resume')
  return saveThenRedirect(req, res, isRead(req) ? 302 : 303, path)
}

function sendHome({ options }: LoginParts, req: Request, res: Response): void {
  const { alreadyLoggedInMessage: message, loginMessageCategory: category } = options
  // Without a word, a user who meant to log in to another account would take this one for it.
  if (message && !isRead(req)) options.flash(req, res, options.localize(message, req), category)
  res.redirect(isRead(req) ? 302 : 303, nextOf(req, options.origin) ?? options.homeView)
}

function isRead(req: Request): boolean {
  return req.method === 'GET' || req.method === 'HEAD'
}

// A browser names text/html; a client that names nothing, or anything, gets a page.
function prefersJson(req: Request, res: Response): boolean {
  res.vary('Accept')
  return req.accepts(['html', 'json']) === 'json'
}
