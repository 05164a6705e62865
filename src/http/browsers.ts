import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { SignedCookies } from './signed-cookies.ts'
import { describeUserAgent } from './user-agent.ts'

/** Which browser this is, whoever sits at it. */
export type Browsers = {
  /** Returns the id that this browser was given when somebody first logged in with it, or null. */
  known: (req: Request) => string | null
  /** Returns the id of this browser, and keeps it there for 400 days from now. */
  identify: (req: Request, res: Response) => string
}

/** Takes the cookies; returns what knows browsers again by their device cookie. It logs nobody in. */
export function createBrowsers(cookies: SignedCookies): Browsers {
  const given = new WeakMap<Request, string>()
  return {
    known: (req) => cookies.read(req, 'device'),
    identify(req, res) {
      const id =
        given.get(req) ?? cookies.read(req, 'device') ?? randomBytes(16).toString('base64url')
      if (!given.has(req)) cookies.write(res, 'device', id)
      given.set(req, id)
      return id
    },
  }
}

/** The browser of a request in words, such as "Firefox on Linux". */
export function describeBrowser(req: Request): string {
  return describeUserAgent(req.get('user-agent') ?? '')
}
