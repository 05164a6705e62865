import type { Request, Response } from 'express'
import { minutes } from '../durations.ts'
import { keepValues } from '../http/form.ts'

/** A form that was sent while the login was not fresh, without its secrets. */
export type InterruptedPost = {
  path: string
  fields: Record<string, string>
  loginId: string
  at: number
}

declare module 'express-session' {
  interface SessionData {
    interruptedPost: InterruptedPost
  }
}

const GOOD_FOR = minutes(5)
const MOST_CHARACTERS = 4096

/** Takes a request that needs a fresh login, what getId gives for its user, and the time; keeps its form in the session if it was one. */
export function keepInterruptedPost(req: Request, loginId: string, now: Date): void {
  delete req.session.interruptedPost
  if (req.method !== 'POST') return
  const fields = keepValues(req.body)
  const post = { path: req.originalUrl, fields, loginId, at: now.getTime() }
  if (JSON.stringify(post).length <= MOST_CHARACTERS) req.session.interruptedPost = post
}

/** Takes the request, what getId gives for whoever is logged in, where they want to go, and the time; returns the form to go on with, once, null where none was sent, or `lost` where it cannot be resumed, or not again. */
export function takeInterruptedPost(
  req: Request,
  loginId: string,
  path: string,
  now: Date,
): InterruptedPost | 'lost' | null {
  const post = req.session.interruptedPost
  if (!post || post.path !== path) return null
  // Emptied, not deleted: a second press of the button must not lead to an address that may have no page.
  req.session.interruptedPost = { path, loginId, fields: {}, at: 0 }
  return post.loginId === loginId && now.getTime() - post.at <= GOOD_FOR ? post : 'lost'
}

/** Takes a kept form and a CSRF token that is good now; hands it to the application again, through all its middleware, as if it had only now been sent. */
export function resumePost(
  req: Request,
  res: Response,
  post: InterruptedPost,
  csrfToken: string,
): void {
  req.url = post.path
  req.originalUrl = post.path
  req.body = { ...post.fields, _csrf: csrfToken }
  req.app(req, res)
}
