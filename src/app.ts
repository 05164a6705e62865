import express, { type Express, type RequestHandler, Router } from 'express'
import { type HashQueue, Overloaded } from './accounts/hash-queue.ts'
import { APP_NAME } from './app-name.ts'
import { tellHowSessionEnded } from './auth/ended-session.ts'
import { abandonSession, createSessions, readSession } from './auth/express-session.ts'
import { setEachCookieOnce } from './cookies.ts'
import { isDatabaseOutage } from './database/outage.ts'
import { readForm } from './http/body.ts'
import { limitRequests } from './http/connections.ts'
import { createCsrf } from './http/csrf.ts'
import { describeError } from './http/error-details.ts'
import { createErrorLinks } from './http/error-links.ts'
import { handleErrors, noteChanges, notFound } from './http/errors.ts'
import { openPublicFiles } from './http/files.ts'
import { HttpError } from './http/http-error.ts'
import { networkOf, readClientIp } from './http/network.ts'
import { refuseOddRequests } from './http/odd-requests.ts'
import { type Audience, type Page, servePages } from './http/page.ts'
import { logRequests } from './http/request-log.ts'
import { securityHeaders } from './http/security-headers.ts'
import { renewSignatures } from './http/signed-cookies.ts'
import { useViews, type ViewSettings } from './http/views.ts'
import { skipWhenGone } from './http/visit.ts'
import { listHealthChecks, listPages } from './pages/pages.ts'
import { findPublicFolder, resolveInProject } from './project.ts'
import { visitorOf } from './runtime/security-log.ts'
import { provideServices, type Services } from './services.ts'
import { canMail, type Settings } from './settings/settings.ts'
import { limitsOf } from './throttle/budgets.ts'
import { TooManyAttempts } from './throttle/throttle.ts'
import { readText } from './words/words.ts'

const VIEWS = resolveInProject('views')

/** The whole application, not listening yet. */
export function createApp(services: Services): Express {
  const { auth, cookies, database, hashQueue, log, settings } = services
  const files = openPublicFiles(findPublicFolder(settings), settings)
  const csrf = createCsrf({ cookies, origin: settings.appUrl, readSession })
  const steps = {
    requireLogin: auth.requireLogin,
    guards: guardsOf(services),
    limitForms: limitForms(services),
  }
  const checks = listHealthChecks(services)
  const unlogged = settings.logsHealthChecks ? [] : checks.map(({ path }) => path)
  const unchecked = { ...steps, beforeGet: [], beforePost: [], checkToken: [] }

  const app = express()
  provideServices(app, services)
  app.disable('x-powered-by')
  app.disable('etag')
  // Where the error page fails, Express answers: NODE_ENV may stand in .env alone.
  if (settings.isProduction) app.set('env', 'production')
  app.set('trust proxy', settings.trustedProxies)
  setEachCookieOnce(app.response)

  app.use(readClientIp)
  app.use(logRequests(log, visitorOf, unlogged))
  app.use(noteChanges(database.countChanges))
  app.use(securityHeaders(settings.hsts))
  app.use(useViews({ ...viewsOf(services), urlOf: files.urlOf }))
  app.use(refuseOddRequests)
  if (settings.trustedProxies > 0) app.use(limitRequests(settings.connectionsPerNetwork))

  // Neither files nor health checks ask who is visiting.
  app.use(files.serve)
  servePages(app, checks, unchecked)

  const pages = listPages(services)
  // Before the session is loaded: in a storm of logins that would slow every other request.
  app.use(refuseOverload(hashQueue, pages))

  app.use(recogniseVisitors(services))
  servePages(app, pages, {
    ...steps,
    beforeGet: [skipWhenGone, csrf.issueToken],
    beforePost: [csrf.refuseCrossSite, ...readForm()],
    checkToken: [csrf.checkToken],
  })

  app.use(notFound)
  app.use(
    handleErrors({
      isOutage: isDatabaseOutage,
      countChanges: database.countChanges,
      toHttpError,
      abandonSession,
      errorLinks: createErrorLinks(pages, settings.appUrl),
      describe: settings.isDevelopment ? describeError : null,
      report: (error, incident) => log.error({ err: error, ...incident }, 'unexpected error'),
    }),
  )
  return app
}

function viewsOf(services: Services): ViewSettings {
  const { settings } = services
  return { ...services, folder: VIEWS, isKept: settings.keepsViews, locals: localsOf(settings) }
}

function localsOf(settings: Settings) {
  return {
    appName: APP_NAME,
    development: !settings.isProduction,
    canMail: canMail(settings),
    canRegister: settings.registration !== 'closed',
  }
}

function guardsOf(services: Services): Record<Audience, (page: Page) => RequestHandler[]> {
  const { auth } = services
  return {
    all: () => [],
    'logged-out': () => [auth.requireAnonymous],
    'logged-in': () => [auth.requireLogin],
    fresh: ({ does = '' }) => [auth.requireFreshLoginTo(does)],
  }
}

function recogniseVisitors({ auth, cookies, flashes, sessionStore }: Services): RequestHandler[] {
  const findEnd = (id: string) => sessionStore.findEnd(id)
  return [
    createSessions({ store: sessionStore, cookie: cookies.session, findEnd }),
    auth.middleware,
    renewSignatures(cookies),
    tellHowSessionEnded(cookies.session, (req, res, message) =>
      flashes.add(req, res, 'info', readText(message)),
    ),
  ]
}

function limitForms({ principalOf, throttle }: Services): RequestHandler {
  return async (req, _res, next) => {
    await throttle.count(limitsOf('form', principalOf(req)))
    next()
  }
}

// A router of its own: no GET has to be compared with these paths.
function refuseOverload(queue: HashQueue, pages: Page[]): RequestHandler {
  const forms = Router()
  const refuse: RequestHandler = (req, _res, next) => {
    queue.assertRoomFor(networkOf(req))
    next()
  }
  for (const { path, hashes } of pages) if (hashes) forms.post(path, refuse)
  return (req, res, next) => (req.method === 'POST' ? forms(req, res, next) : next())
}

function toHttpError(error: unknown): unknown {
  if (error instanceof TooManyAttempts) return new HttpError(429, error.message, error.retryAfter)
  if (error instanceof Overloaded) return new HttpError(503, error.message, error.retryAfter)
  return error
}
