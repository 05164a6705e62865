import type { NextFunction, Request, RequestHandler, Response } from 'express'
import {
  findLink,
  LINK_LIFETIMES,
  type LinkPurpose,
  type LinkWithUser,
  linkIdOf,
} from '../accounts/email-links.ts'
import { servicesOf } from '../services.ts'

// No shorter than any link works: its row says when it is over.
const KEPT_FOR = Math.max(...Object.values(LINK_LIFETIMES))

const OPENED = 'opened'

/** How a page takes a link from an email: its token leaves the URL at once, and nothing else happens until a form is sent. */
export type MailedLink = {
  /** Moves a token from the URL into a cookie; lets every other request pass. */
  takeToken: RequestHandler
  /** The id of this browser's link; of a form, only if it is the one that the form was shown for. */
  idOf: (req: Request) => string | null
  find: (req: Request, purposes: readonly LinkPurpose[]) => Promise<LinkWithUser | null>
  /** Puts a link that was made this moment where takeToken of that path would have put it. */
  handOver: (req: Request, res: Response, path: string, token: string) => void
  forget: (req: Request, res: Response) => void
}

export const LINK_IS_OVER =
  'This link was used already, has been replaced by a newer one, or is too old. Ask for a new one.'
const NEEDS_COOKIES =
  'This page needs cookies. Allow them for this site in your browser, then open the link in the email again.'

/** Why this browser has no link that works. */
export function explainMissingLink(req: Request): string {
  const wasSent = req.query[OPENED] !== undefined
  return wasSent && !req.headers.cookie ? NEEDS_COOKIES : LINK_IS_OVER
}

/** Scanners open every link in an email: GET and HEAD use nothing up. */
export function createMailedLink(path: string): MailedLink {
  const idOf: MailedLink['idOf'] = (req) => {
    const id = linkIdOf(servicesOf(req).settings.secrets, linksOf(req).get(path) ?? '')
    // Another link may have been opened under an open form, to make the form act on another account.
    const shownFor: unknown = req.body?.link ?? id
    return id === shownFor ? id : null
  }
  return {
    idOf,
    handOver: (req, res, to, token) => keepLink(req, res, path, [to, token]),
    forget: (req, res) => keepLink(req, res, path),
    takeToken: (req, res, next) => takeToken(path, req, res, next),
    async find(req, purposes) {
      const { database, clock } = servicesOf(req)
      const id = idOf(req)
      return id === null ? null : findLink(database, id, purposes, clock())
    },
  }
}

function takeToken(path: string, req: Request, res: Response, next: NextFunction) {
  const { token } = req.query
  if (token === undefined) return next()
  // In the URL it would go on to histories, logs and Referer. Only a token of ours is kept: text that a
  // stranger wrote must not be signed.
  const isOurs =
    typeof token === 'string' && linkIdOf(servicesOf(req).settings.secrets, token) !== null
  keepLink(req, res, path, isOurs ? [path, token] : undefined)
  // The mark tells a browser that kept the cookie from one that keeps none.
  res.redirect(303, isOurs ? `${path}?${OPENED}=1` : path)
}

// One for each page: links that are open in two tabs both work.
function linksOf(req: Request): URLSearchParams {
  return new URLSearchParams(servicesOf(req).cookies.link.read(req) ?? '')
}

function keepLink(req: Request, res: Response, path: string, added?: [string, string]) {
  const cookie = servicesOf(req).cookies.link
  const links = linksOf(req)
  links.delete(path)
  if (added) links.set(...added)
  if (links.size === 0) cookie.clear(res)
  else cookie.write(res, links.toString(), KEPT_FOR)
}
