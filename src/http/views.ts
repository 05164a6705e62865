import type { Request, RequestHandler, Response } from 'express'
import nunjucks from 'nunjucks'
import type { Clock } from '../clock.ts'
import { keepLatest } from '../words/keep-latest.ts'
import { formatAgo, formatDay, formatTime, type TimeZone } from '../words/times.ts'
import {
  type Catalogue,
  escapeHtml,
  type Key,
  type Params,
  type Text,
  type Words,
} from '../words/words.ts'
import { drawAvatar } from './avatar.ts'
import type { Flashes } from './flash.ts'
import { kindOfDevice, sayBrowser } from './user-agent.ts'

export type ViewSettings = {
  folder: string
  /** Whether each is compiled once, rather than for each page. */
  isKept?: boolean
  flashes: Flashes
  catalogue: Catalogue
  /** The words for the visitor of a page. */
  wordsFor: (req: Request) => Words
  /** The time zone of the visitor of a page. */
  timeZoneFor: (req: Request) => TimeZone
  clock: Clock
  /** Where a page asks for a file of public/. */
  urlOf?: (name: string) => string
  /** What every view can read. */
  locals: Record<string, unknown>
}

/** Views go by their path without its ending: `login`, `account/devices`. A missing or broken one throws in res.render. */
export function useViews(settings: ViewSettings): RequestHandler {
  const { flashes, wordsFor, timeZoneFor, clock } = settings
  const views = new Map<Words, nunjucks.Environment>()
  // Filters and macros do not see the page. No two pages are rendered at once.
  const shown: Shown = { now: clock(), timeZone: null }
  const viewsIn = (words: Words) => {
    const found = views.get(words) ?? openViews(settings, words, shown)
    views.set(words, found)
    return found
  }

  // Express's own looks the template up on disk, and renders in a later turn.
  function render(this: Response, name: string, values: object = {}): void {
    const { req } = this
    const words = wordsFor(req)
    const own = {
      currentUser: req.user ?? null,
      flashes: flashes.take(req, this).filter(({ texts }) => texts.every(words.has)),
      path: req.path,
    }
    const page = Object.assign(own, this.locals, values)
    Object.assign(shown, { now: clock(), timeZone: timeZoneFor(req) })
    this.set('Content-Language', words.language)
    sendPage(this, viewsIn(words).render(`${name}.njk`, page))
  }
  return (_req, res, next) => {
    res.render = render
    next()
  }
}

// Express's own send looks for a charset, an ETag and a cache to compare with: pages have none.
function sendPage(res: Response, html: string): void {
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(html))
  res.end(html)
}

/** What the times of a page depend on. */
type Shown = { now: Date; timeZone: TimeZone }

// One for each language: macros see what is global, but not the page.
function openViews(settings: ViewSettings, words: Words, shown: Shown): nunjucks.Environment {
  const { catalogue, folder, isKept = true, urlOf = (name) => `/${name}` } = settings
  const others = catalogue.languages.map(catalogue.wordsOf).filter((each) => each !== words)
  const safe = (html: string) => new nunjucks.runtime.SafeString(html)
  const constants = {
    t: (key: string) => escapeHtml(words.say(key as Key)),
    icon: (name: string) => drawIcon(name, urlOf),
    urlOf,
  }
  const loader = isKept
    ? new PrefilledLoader(constants, folder)
    : new nunjucks.FileSystemLoader(folder, { noCache: true })
  const environment = new nunjucks.Environment(loader, { autoescape: true })
  for (const [name, value] of Object.entries(settings.locals)) environment.addGlobal(name, value)
  return environment
    .addFilter('when', (time: Date) => formatTime(time, words.language, shown.timeZone))
    .addFilter('day', (time: Date) => formatDay(time, words.language, shown.timeZone))
    .addFilter('iso', (time: Date) => time.toISOString())
    .addFilter('ago', (time: Date, style?: 'day' | 'clock') =>
      safe(markTime(time, words.language, shown, style)),
    )
    .addGlobal('language', words.language)
    .addGlobal('otherLanguages', others)
    .addGlobal('urlOf', urlOf)
    .addGlobal(
      'icon',
      keepLatest((name: string) => safe(drawIcon(name, urlOf))),
    )
    .addGlobal('avatar', (user: Parameters<typeof drawAvatar>[0]) => safe(drawAvatar(user)))
    .addGlobal('t', words.say)
    .addGlobal('rich', (text: Text, params?: Params) => safe(words.mark(text, params)))
    .addGlobal('kindOfDevice', kindOfDevice)
    .addGlobal(
      'browserName',
      keepLatest((label: string) => sayBrowser(label, words)),
    )
}

type Constants = Record<'t' | 'icon' | 'urlOf', (name: string) => string>

// What is the same on every page of a language is written into a view before it is compiled: a call takes
// nunjucks a microsecond, and a page has fifty. Not while views change: an error names the line of the last call.
class PrefilledLoader extends nunjucks.FileSystemLoader {
  readonly #constants: Constants

  constructor(constants: Constants, folder: string) {
    super(folder)
    this.#constants = constants
  }

  override getSource(name: string): nunjucks.LoaderSource {
    const source = super.getSource(name)
    const src = source?.src.replace(
      /\{\{ (t|icon|urlOf)\('([^']+)'\) \}\}/g,
      (_, call: keyof Constants, argument) => this.#constants[call](argument),
    )
    return source && { ...source, src }
  }
}

// Beside words that say the same, so that screen readers pass it by.
function drawIcon(name: string, urlOf: (name: string) => string): string {
  const url = `${urlOf('icons.svg')}#${name}`
  return `<svg class="icon" width="20" height="20" aria-hidden="true"><use href="${url}"/></svg>`
}

// A title for a pointer, which app.css shows to the keyboard. Words that are exact need none.
function markTime(
  time: Date,
  language: string,
  { now, timeZone }: Shown,
  style?: 'day' | 'clock',
): string {
  const exact = formatTime(time, language, timeZone)
  const words = formatAgo(time, now, language, timeZone, style)
  const title = exact.endsWith(words) ? '' : ` title="${escapeHtml(exact)}"`
  return `<time datetime="${time.toISOString()}"${title}>${escapeHtml(words)}</time>`
}
