import type { Application, RequestHandler } from 'express'
import nunjucks from 'nunjucks'
import { formatTime } from '../clock.ts'
import type { Flashes } from './flash.ts'

export type ViewSettings = {
  folder: string
  flashes: Flashes
  /** What every view can read. */
  locals: Record<string, unknown>
}

/** Takes the application and the folder of templates; makes res.render find `login`, `account/devices` and so on. */
export function useViews(app: Application, settings: ViewSettings): RequestHandler {
  // Templates are compiled once: in development the program starts again when one changes.
  const loader = new nunjucks.FileSystemLoader(settings.folder)
  const views = new nunjucks.Environment(loader, { autoescape: true })
  views.addFilter('when', formatTime)
  views.addFilter('iso', (time: Date) => time.toISOString())
  views.express(app)
  app.set('view engine', 'njk')
  app.enable('view cache')
  app.set('views', settings.folder)
  Object.assign(app.locals, settings.locals)
  return giveVisitToViews(settings.flashes)
}

// Getters, since both can still change while a request is answered: a user logs in, a message is added.
function giveVisitToViews(flashes: Flashes): RequestHandler {
  return (req, res, next) => {
    Object.defineProperties(res.locals, {
      currentUser: { ...READ_LATE, get: () => req.user ?? null },
      flashes: { ...READ_LATE, get: () => flashes.take(req, res) },
      path: { ...READ_LATE, get: () => req.path },
    })
    next()
  }
}

// Configurable, since a form that is resumed passes here twice.
const READ_LATE = { enumerable: true, configurable: true }
