import type { Request, RequestHandler, Response } from 'express'
import nunjucks from 'nunjucks'
import type { Clock } from '../clock.ts'
import { formatIso } from '../iso-time.ts'
import { memoize } from '../memoize.ts'
import { type Times, type TimeZone, timesIn } from '../words/times.ts'
import { type Catalogue, escapeHtml, type Params, type Text, type Words } from '../words/words.ts'
import { drawAvatar, type Named } from './avatar.ts'
import type { Flashes } from './flash.ts'
import { locateError } from './nunjucks-inside.ts'
import { kindOfDevice, sayBrowser } from './user-agent.ts'
import { type Constants, compileView } from './view-compiler.ts'

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
  // Filters and macros do not see the page, so this is set before each. Rendering is synchronous: no two pages meet.
  const shown: Shown = { now: clock(), times: timesIn('en', null) }
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
    const page = join(own, this.locals, values)
    shown.now = clock()
    shown.times = timesIn(words.language, timeZoneFor(req))
    this.setHeader('Content-Language', words.language)
    sendPage(this, viewsIn(words).render(`${name}.njk`, page))
  }
  return (_req, res, next) => {
    res.render = render
    next()
  }
}

type Values = Record<string, unknown>

// Faster in V8 than Object.assign, which makes a call for each property. For plain objects.
function join(...parts: object[]): Values {
  const all: Values = {}
  for (const part of parts as Values[]) for (const name in part) all[name] = part[name]
  return all
}

// Express's own send looks for a charset, an ETag and a cache to compare with: pages have none.
function sendPage(res: Response, html: string): void {
  const length = Buffer.byteLength(html)
  const isAscii = length === html.length
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Length', length)
  // Both encodings give the same bytes for ASCII, and Node writes Latin-1 faster.
  res.end(html, isAscii ? 'latin1' : 'utf8')
}

/** What the times of a page depend on. */
type Shown = { now: Date; times: Times }

// One for each language: macros see what is global, but not the page.
function openViews(settings: ViewSettings, words: Words, shown: Shown): nunjucks.Environment {
  const { folder, isKept = true } = settings
  const constants = listConstants(settings, words, shown)
  const loader = new CompilingLoader(constants, folder, { noCache: !isKept })
  const environment = new nunjucks.Environment(loader, { autoescape: true })
  for (const [name, value] of Object.entries({ ...constants.values, ...constants.functions }))
    environment.addGlobal(name, value)
  for (const [name, filter] of Object.entries(constants.filters))
    environment.addFilter(name, filter)
  return environment
}

function listConstants(
  { catalogue, locals, urlOf = (name) => `/${name}` }: ViewSettings,
  words: Words,
  shown: Shown,
): Constants {
  const { language } = words
  const safe = (html: string) => new nunjucks.runtime.SafeString(html)
  return {
    values: {
      ...locals,
      language,
      otherLanguages: catalogue.languages.map(catalogue.wordsOf).filter((each) => each !== words),
    },
    functions: {
      t: words.say,
      rich: (text: Text, params?: Params) => safe(words.mark(text, params)),
      urlOf,
      icon: memoize((name: string) => safe(drawIcon(name, urlOf))),
      avatar: (user: Named) => safe(drawAvatar(user)),
      kindOfDevice,
      browserName: memoize((label: string) => sayBrowser(label, words)),
    },
    filters: {
      when: (time: Date) => shown.times.exact(time),
      day: (time: Date) => shown.times.day(time),
      ascii: memoize((text: string) => safe(toAscii(text))),
      iso: (time: Date) => formatIso(time),
      ago: (time: Date, style?: 'day' | 'clock') => safe(markTime(time, shown, style)),
    },
  }
}

class CompilingLoader extends nunjucks.FileSystemLoader {
  readonly #constants: Constants

  constructor(constants: Constants, folder: string, options: { noCache: boolean }) {
    super(folder, options)
    this.#constants = constants
  }

  override getSource(name: string): nunjucks.LoaderSource {
    const source = super.getSource(name)
    try {
      return source && { ...source, src: compileView(source.src, name, this.#constants) }
    } catch (error) {
      throw locateError(source.path, error)
    }
  }
}

// Beside words that say the same, so that screen readers pass it by.
function drawIcon(name: string, urlOf: (name: string) => string): string {
  const url = `${urlOf('icons.svg')}#${name}`
  return `<svg class="icon" width="20" height="20" aria-hidden="true"><use href="${url}"/></svg>`
}

// One letter beyond ASCII, as in "Español", makes Node send the whole page more slowly, and the footer is on each.
// What it makes is kept: it is for words of ours, not for what visitors type.
function toAscii(text: string): string {
  return escapeHtml(text).replace(/\P{ASCII}/gu, (letter) => `&#${letter.codePointAt(0)};`)
}

// A title for a pointer, which app.css shows to the keyboard. Words that are exact need none.
function markTime(time: Date, { now, times }: Shown, style?: 'day' | 'clock'): string {
  const exact = times.exact(time)
  const words = times.ago(time, now, style)
  const title = exact.endsWith(words) ? '' : ` title="${escapeHtml(exact)}"`
  return `<time datetime="${formatIso(time)}"${title}>${escapeHtml(words)}</time>`
}
