import type {
  ErrorRequestHandler,
  IRouter,
  NextFunction,
  Request,
  RequestHandler,
  Response,
} from 'express'
import type { ErrorLink } from './error-links.ts'
import { ForgeryError, HttpError } from './http-error.ts'

/** Who may come to a page. `fresh`: logged in, with a password that was given recently. */
export type Audience = 'all' | 'logged-out' | 'logged-in' | 'fresh'

/** One URL: what it answers to GET (and HEAD) and to POST, as lists of handlers in order. */
export type Page = {
  path: string
  for: Audience
  /** Its form hashes a password: refused early while the hash queue is full. */
  hashes?: true
  get?: RequestHandler[]
  post?: RequestHandler[]
  /** What its form does, made by `text`: shown where the password is asked for first. */
  does?: string
  /** Answers instead of the common 403 page when a form's token is missing or stale. */
  onForgery?: ForgeryHandler
  /** Answers a form that a double click sends again, after the first gave the browser a new session (`/account/password`). Calls next where it does not apply. */
  onSecondPress?: RequestHandler
  /** What a visitor with too many attempts can do instead. */
  linkWhenLimited?: ErrorLink
}

export type ForgeryHandler = (
  error: ForgeryError,
  req: Request,
  res: Response,
  next: NextFunction,
) => unknown

/** What every page of a list goes through before its own handlers. */
type PageSteps = {
  beforeGet: RequestHandler[]
  beforePost: RequestHandler[]
  checkToken: RequestHandler[]
  requireLogin: RequestHandler
  guards: Record<Audience, (page: Page) => RequestHandler[]>
  /** Counts each form of a logged-in user. Here, so that every new page is limited too. */
  limitForms: RequestHandler
}

/** Also answers 405 with Allow for methods that a page does not take. */
export function servePages(app: IRouter, pages: Page[], steps: PageSteps): void {
  for (const page of pages) servePage(app, page, steps)
}

function servePage(app: IRouter, page: Page, steps: PageSteps): void {
  const route = app.route(page.path)
  const { beforeGet, guards } = steps
  if (page.get) route.get(...beforeGet, ...guards[page.for](page), ...page.get)
  if (page.post) route.post(...stepsBeforeForm(page, steps), ...page.post)
  route.all(refuseMethod(page))
  const { onSecondPress, onForgery = onSecondPress && finishWithOldToken(onSecondPress) } = page
  if (onForgery) app.use(page.path, answerForgery(onForgery))
}

function whereLoggedOut(handler: RequestHandler): RequestHandler {
  return (req, res, next) => (req.user ? next() : handler(req, res, next))
}

function finishWithOldToken(onSecondPress: RequestHandler): ForgeryHandler {
  return (error, req, res, next) => {
    if (error.isCrossSite || !req.user) return next(error)
    return onSecondPress(req, res, (failure) => next(failure ?? error))
  }
}

function stepsBeforeForm(page: Page, steps: PageSteps): RequestHandler[] {
  const { beforePost, checkToken, guards, limitForms, requireLogin } = steps
  // Before the token is checked: a session that has ended took its token with it, and its visitor should log in.
  const isForUsers = page.for === 'logged-in' || page.for === 'fresh'
  const pressed = page.onSecondPress ? [whereLoggedOut(page.onSecondPress)] : []
  const login = isForUsers ? [...pressed, requireLogin] : []
  const limit = isForUsers ? [limitForms] : []
  return [...beforePost, ...login, ...checkToken, ...guards[page.for](page), ...limit]
}

function refuseMethod({ get, post }: Page): RequestHandler {
  const allowed = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])].join(', ')
  return (_req, res, next) => {
    res.set('Allow', allowed)
    next(new HttpError(405))
  }
}

function answerForgery(onForgery: ForgeryHandler): ErrorRequestHandler {
  return (error, req, res, next) =>
    error instanceof ForgeryError ? onForgery(error, req, res, next) : next(error)
}
