import type { Application, RequestHandler, Response } from 'express'
import nunjucks from 'nunjucks'
import { formatTime } from '../clock.ts'
import type { Flashes } from './flash.ts'

export type ViewSettings = {
  folder: string
  /** Whether each is compiled once, rather than for each page. */
  isKept?: boolean
  flashes: Flashes
  /** What every view can read. */
  locals: Record<string, unknown>
}

/** Takes the application and the folder of templates; makes res.render find `login`, `account/devices` and so on. */
export function useViews(app: Application, settings: ViewSettings): RequestHandler {
  const { folder, isKept = true } = settings
  const loader = new nunjucks.FileSystemLoader(folder, { noCache: !isKept })
  const views = new nunjucks.Environment(loader, { autoescape: true })
  views.addFilter('when', formatTime)
  views.addFilter('iso', (time: Date) => time.toISOString())

  Object.assign(app.locals, settings.locals)

  // Express's own looks the template up on disk, and renders in a later turn.
  function render(this: Response, name: string, values: object = {}): void {
    const { req } = this
    const currentUser = req.user ?? null
    const visit = { currentUser, flashes: settings.flashes.take(req, this), path: req.path }
    const all = { ...app.locals, ...visit, ...this.locals, ...values }
    this.send(views.render(`${name}.njk`, all))
  }
  return (_req, res, next) => {
    res.render = render
    next()
  }
}
