import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { ForgeryError, HttpError } from './http-error.ts'

/** One URL: what it answers to GET (and HEAD) and to POST, as lists of handlers in order. */
export type Page = {
  path: string
  get?: RequestHandler[]
  post?: RequestHandler[]
  /** Answers instead of the common 403 page when a form's token is missing or stale. */
  showAgain?: RequestHandler
}

/** What forms go through before a page's own handlers. */
export type PageSteps = {
  refuseCrossSite: RequestHandler
  readForm: RequestHandler[]
  checkToken: RequestHandler
}

/** Takes pages and the steps they share; returns a router that also answers 405 with Allow for other methods. */
export function servePages(pages: Page[], steps: PageSteps): Router {
  const router = Router()
  for (const page of pages) servePage(router, page, steps)
  return router
}

function servePage(router: Router, page: Page, steps: PageSteps): void {
  const { refuseCrossSite, readForm, checkToken } = steps
  const route = router.route(page.path)
  // After routing has found the page, so that an unknown URL is 404 and no forgery.
  if (page.get) route.get(checkToken, ...page.get)
  if (page.post) route.post(refuseCrossSite, ...readForm, checkToken, ...page.post)
  route.all(refuseMethod(page))
  if (page.showAgain) router.use(page.path, answerForgery(page.showAgain))
}

function refuseMethod({ get, post }: Page): RequestHandler {
  const allowed = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])].join(', ')
  return (_req, res, next) => {
    res.set('Allow', allowed)
    next(new HttpError(405))
  }
}

function answerForgery(showAgain: RequestHandler): ErrorRequestHandler {
  return (error, req, res, next) =>
    error instanceof ForgeryError ? showAgain(req, res, next) : next(error)
}
