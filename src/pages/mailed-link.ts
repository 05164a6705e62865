import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { linkIdOf } from '../accounts/email-link-tokens.ts'
import { findLink, type LinkPurpose, type LinkWithUser } from '../accounts/email-links.ts'
import { minutes } from '../durations.ts'
import type { Services } from '../services.ts'

const KEPT_FOR = minutes(15)

/** How a page takes a link from a mail: its token leaves the address at once, and nothing else happens until a form is sent. */
export type MailedLink = {
  /** Moves a token from the address into a cookie; lets every other request pass. */
  takeToken: RequestHandler
  /** The link of this browser; of a form, only if it is the one that the form was shown for. */
  findLink: (req: Request) => Promise<LinkWithUser | null>
  /** Puts a link that was made this moment, in place of the one used here, where takeToken would have put it. */
  handOver: (req: Request, res: Response, path: string, token: string) => void
  forget: (req: Request, res: Response) => void
}

export const LINK_IS_OVER =
  'This link was used already, has been replaced by a newer one, or is too old. Ask for a new one.'

/** Takes the page's path and what its links are for. Scanners open every link in a mail: GET and HEAD use nothing up. */
export function createMailedLink(
  { accounts, cookies, settings }: Services,
  path: string,
  purposes: readonly LinkPurpose[],
): MailedLink {
  // One for each page: who opens two links in two tabs uses both.
  const linksOf = (req: Request) => new URLSearchParams(cookies.read(req, 'link') ?? '')
  const handOver: MailedLink['handOver'] = (req, res, where, token) => {
    const links = linksOf(req)
    links.delete(path)
    links.set(where, token)
    keep(res, links)
  }

  const forget: MailedLink['forget'] = (req, res) => {
    const links = linksOf(req)
    links.delete(path)
    keep(res, links)
  }
  const keep = (res: Response, links: URLSearchParams) => {
    if (links.size === 0) cookies.clear(res, 'link')
    else cookies.write(res, 'link', links.toString(), KEPT_FOR)
  }

  return {
    handOver,
    forget,
    takeToken(req: Request, res: Response, next: NextFunction) {
      const { token } = req.query
      if (token === undefined) return next()
      // In the address it would go on to histories, logs and Referer. Only a token of ours: what we sign,
      // whoever wrote it could bring as another cookie.
      if (typeof token === 'string' && linkIdOf(settings.secrets, token))
        handOver(req, res, path, token)
      else forget(req, res)
      res.redirect(303, path)
    },
    async findLink(req) {
      const id = linkIdOf(settings.secrets, linksOf(req).get(path) ?? '')
      // Another link may have been opened under an open form, by somebody who wants it to act on their account.
      const shownFor: unknown = req.body?.link ?? id
      return id && id === shownFor
        ? findLink(accounts.database, id, purposes, accounts.clock())
        : null
    },
  }
}
