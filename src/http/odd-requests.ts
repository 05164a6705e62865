import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

/** Refuses what is HTTP but no request for a page: no host or two, no path, or an unknown expectation. Forgets overlong wishes. */
export const refuseOddRequests: RequestHandler = (req, _res, next) => {
  for (const name of WISHES)
    if ((req.headers[name]?.length ?? 0) > LONGEST_WISH) delete req.headers[name]
  if (hasOddHost(req) || !req.url.startsWith('/')) return next(new HttpError(400))
  // Node itself has answered the only one there is, 100-continue.
  const isUnmet = req.headers.expect !== undefined && !/^100-continue$/i.test(req.headers.expect)
  return next(isUnmet ? new HttpError(417) : undefined)
}

// Browsers send a tenth of that. To read 15 KB of them takes as long as twenty pages.
const LONGEST_WISH = 2_000
const WISHES = ['accept', 'accept-encoding', 'accept-language'] as const

// Of two hosts a proxy may believe one and this program the other.
function hasOddHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name)).length
  return hosts > 1 || (hosts === 0 && httpVersion === '1.1')
}

/** Leaves the path of "GET http://host/path", as a proxy is asked: express-session and Express's router take the rest for a path. */
export function keepPath(req: IncomingMessage): void {
  const path = (req.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '')
  if (path !== req.url) req.url = path.startsWith('/') ? path : `/${path}`
}
