import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import {
  findResetMadeBy,
  findUsedLink,
  LINK_LIFETIMES,
  type LinkPurpose,
  type LinkWithUser,
} from '../accounts/email-links.ts'
import { linkIdOf, tokenOf } from '../accounts/link-tokens.ts'
import { servicesOf } from '../services.ts'
import type { Key } from '../words/words.ts'

// No shorter than any link works: its row says when it is over.
const KEPT_FOR = Math.max(...Object.values(LINK_LIFETIMES))

const OPENED = 'opened'

/** How a page takes a link from an email: its token leaves the URL at once, and nothing else happens until a form is sent. */
export type MailedLink<Found> = {
  /** Moves a token from the URL into a cookie; lets every other request pass. */
  takeToken: RequestHandler
  /** Gives a handler what this browser's link stands for. Without a link that works, `otherwise` answers. */
  withLink: (act: LinkHandler<Found>, otherwise?: Handler) => RequestHandler
  /** Shows the page without its form, and why there is none. */
  refuse: (req: Request, res: Response, problem?: Key) => void
  /** Puts a link that was made this moment where takeToken of that path would have put it. */
  handOver: (req: Request, res: Response, path: string, linkId: string) => void
  /** Hands a link over that the first press of the button made: its answer may never have come. False where there is none, or this browser is not the one that pressed. */
  handOverAgain: (
    req: Request,
    res: Response,
    path: string,
    used: LinkWithUser | null,
  ) => Promise<boolean>
  forget: (req: Request, res: Response) => void
}

type Handler = (req: Request, res: Response) => unknown
type LinkHandler<Found> = (req: Request, res: Response, found: Found) => unknown

/** Scanners open every link in an email: GET and HEAD use nothing up. */
export function createMailedLink<Found>(
  path: string,
  find: (accounts: Accounts, id: string) => Promise<Found | null>,
): MailedLink<Found> {
  const refuse: MailedLink<Found>['refuse'] = (req, res, problem = explainMissingLink(req)) => {
    res.status(req.method === 'POST' ? 422 : 200)
    res.render(path.slice(1), { linkProblem: problem, linkTitle: titleOf(problem) })
  }
  const handOver: MailedLink<Found>['handOver'] = (req, res, to, id) =>
    keepLink(req, res, path, [to, tokenOf(servicesOf(req).settings.secrets, id)])
  return {
    refuse,
    handOver,
    takeToken: (req, res, next) => takeToken(path, req, res, next),
    withLink: (act, otherwise = refuse) => {
      return async (req, res) => {
        const id = linkOf(req, path)
        const found = id === null ? null : await find(servicesOf(req).accounts, id)
        await (found ? act(req, res, found) : otherwise(req, res))
      }
    },
    async handOverAgain(req, res, to, used) {
      const { accounts } = servicesOf(req)
      if (linksOf(req).has(to)) return true
      const isPressedHere = used !== null && linkOf(req, path) === used.id
      const id = isPressedHere ? await findResetMadeBy(accounts, used) : null
      if (id !== null) handOver(req, res, to, id)
      return id !== null
    },
    forget: (req, res) => keepLink(req, res, path),
  }
}

const PressedForm = z.object({ link: z.uuid() })

/** The link that the first press of a form's button has used, or null where this is no second press. */
export async function findPressed(
  req: Request,
  purposes: readonly LinkPurpose[],
): Promise<LinkWithUser | null> {
  const form = PressedForm.safeParse(req.body)
  return form.success ? findUsedLink(servicesOf(req).accounts, form.data.link, purposes) : null
}

/** Why this browser has no link that works. */
function explainMissingLink(req: Request): Key {
  const wasSent = req.query[OPENED] !== undefined
  return wasSent && !req.headers.cookie ? 'link.needs-cookies' : 'link.over'
}

function titleOf(problem: Key): Key {
  return problem === 'link.needs-cookies' ? 'error.no-cookies-title' : 'link.over-title'
}

// The id of this browser's link; of a form, only if it is the one that the form was shown for. Another link
// may have been opened under an open form, to make the form act on another account.
function linkOf(req: Request, path: string): string | null {
  const id = linkIdOf(servicesOf(req).settings.secrets, linksOf(req).get(path) ?? '')
  const shownFor: unknown = req.body?.link ?? id
  return id === shownFor ? id : null
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
