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

// In the URL once the token has left it: whether a cookie was set.
const MARK = 'opened'
const [KEPT, REFUSED] = ['1', '0']

type Handler = (req: Request, res: Response) => unknown
type LinkHandler<Found> = (req: Request, res: Response, found: Found) => unknown

/** How a page takes a link from an email: its token leaves the URL at once, and nothing else happens until a form is sent. Scanners open every link: GET and HEAD use nothing up. */
export class MailedLink<Found> {
  readonly #path: string
  readonly #find: (accounts: Accounts, id: string) => Promise<Found | null>

  constructor(path: string, find: (accounts: Accounts, id: string) => Promise<Found | null>) {
    this.#path = path
    this.#find = find
  }

  /** Moves a token from the URL into a cookie; lets every other request pass. */
  takeToken: RequestHandler = (req, res, next) => moveToken(this.#path, req, res, next)

  /** Gives a handler what this browser's link stands for. Without a link that works, `otherwise` answers. */
  withLink(act: LinkHandler<Found>, otherwise: Handler = this.refuse): RequestHandler {
    return async (req, res) => {
      const id = linkOf(req, this.#path)
      const found = id === null ? null : await this.#find(servicesOf(req).accounts, id)
      await (found ? act(req, res, found) : otherwise(req, res))
    }
  }

  /** Shows the page without its form, and why there is none. */
  refuse = (req: Request, res: Response, problem = explainMissingLink(req)): void => {
    res.status(req.method === 'POST' ? 422 : 200)
    res.render(this.#path.slice(1), { linkProblem: problem, linkTitle: titleOf(problem) })
  }

  /** Puts a link that was made this moment where takeToken of that path would have put it. */
  handOver(req: Request, res: Response, path: string, id: string): void {
    const token = tokenOf(servicesOf(req).settings.secrets, id)
    keepLinks(req, res, [[path, token], ...linksBut(req, this.#path)])
  }

  /** Hands a link over that the first press of the button made: its answer may never have come. False where this browser has no link that was made so: one of another account may be open. */
  async handOverAgain(req: Request, res: Response, path: string, used: LinkWithUser | null) {
    const made = used && (await findResetMadeBy(servicesOf(req).accounts, used))
    if (!made) return false
    const isPressedHere = linkOf(req, this.#path) === used.id
    if (isPressedHere) this.handOver(req, res, path, made)
    return isPressedHere || linksOf(req).some(([, token]) => idOf(req, token) === made)
  }

  forget(req: Request, res: Response): void {
    keepLinks(req, res, linksBut(req, this.#path))
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
  const wasKept = req.query[MARK] === KEPT
  return wasKept && !req.headers.cookie ? 'link.needs-cookies' : 'link.over'
}

function titleOf(problem: Key): Key {
  return problem === 'link.needs-cookies' ? 'error.no-cookies-title' : 'link.over-title'
}

function moveToken(path: string, req: Request, res: Response, next: NextFunction) {
  const { token } = req.query
  if (token === undefined) return next()
  // In the URL it would go on to histories, logs and Referer. Only a token of ours is kept: text that a
  // stranger wrote must not be signed.
  const isOurs = typeof token === 'string' && idOf(req, token) !== null
  const others = linksOf(req).filter(([, each]) => each !== token)
  if (isOurs) keepLinks(req, res, [[path, token], ...others])
  res.redirect(303, `${path}?${MARK}=${isOurs ? KEPT : REFUSED}`)
}

// The id of this browser's link: of a form, the one that the form was shown for, so that a link opened
// under an open form does not make it act on another account; of a page, the one opened last.
function linkOf(req: Request, path: string): string | null {
  if (req.query[MARK] === REFUSED) return null
  const ids = linksOf(req).flatMap(([opened, token]) => (opened === path ? idOf(req, token) : []))
  const shownFor: unknown = req.body?.link ?? ids[0]
  return ids.find((id) => id === shownFor) ?? null
}

function linksBut(req: Request, path: string): OpenedLink[] {
  const id = linkOf(req, path)
  return linksOf(req).filter(([opened, token]) => opened !== path || idOf(req, token) !== id)
}

function idOf(req: Request, token: string): string | null {
  return linkIdOf(servicesOf(req).settings.secrets, token)
}

type OpenedLink = [path: string, token: string]

// Those that are open in several tabs all work.
const MOST_KEPT = 5

// The last opened first.
function linksOf(req: Request): OpenedLink[] {
  return [...new URLSearchParams(servicesOf(req).cookies.link.read(req) ?? '')]
}

function keepLinks(req: Request, res: Response, links: OpenedLink[]): void {
  const cookie = servicesOf(req).cookies.link
  const kept = new URLSearchParams(links.slice(0, MOST_KEPT))
  if (kept.size === 0) cookie.clear(res)
  else cookie.write(res, kept.toString(), KEPT_FOR)
}
