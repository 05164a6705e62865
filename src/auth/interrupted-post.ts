import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { minutes } from '../durations.ts'

/** A form that was sent while the login was not fresh, without its secrets. */
export type InterruptedPost = {
  path: string
  fields: Record<string, string>
  /** What it does, in words for the user who gives the password for it. */
  does: string | null
  loginId: string
  /** In the URL that the redirect led to: another way to the same page resumes nothing. */
  nonce: string
  at: number
  /** Set once it was: another press of the button resumes nothing, and has lost nothing. */
  isResumed?: true
}

declare module 'express-session' {
  interface SessionData {
    interruptedPost: InterruptedPost | null
  }
}

const GOOD_FOR = minutes(5)
const MOST_CHARACTERS = 4096

/** What is kept of a form and shown where the password is asked for. */
export type FormToKeep = {
  /** What it does, in words, such as "Change your email to ada@example.org". */
  does?: string
  /** Those that the words name, where these are not all. */
  fields?: Record<string, string>
}

type Interruption = {
  /** What getId gives for the user. */
  loginId: string
  form: FormToKeep
  secretFields: readonly string[]
  now: Date
}

/** Keeps the form of this request in the session unless it is too large; returns its nonce, or null where this is no form. */
export function keepInterruptedPost(req: Request, interruption: Interruption): string | null {
  delete req.session.interruptedPost
  if (req.method !== 'POST') return null
  const { loginId, form, secretFields, now } = interruption
  const fields = textFields(form.fields ?? req.body, secretFields)
  const does = form.does || null
  const nonce = randomBytes(16).toString('base64url')
  const post = { path: req.originalUrl, fields, does, loginId, nonce, at: now.getTime() }
  if (JSON.stringify(post).length <= MOST_CHARACTERS) req.session.interruptedPost = post
  return nonce
}

function textFields(body: unknown, secretFields: readonly string[]): Record<string, string> {
  const fields = Object.entries(body ?? {}).filter(
    (field): field is [string, string] =>
      typeof field[1] === 'string' && !secretFields.includes(field[0]),
  )
  return Object.fromEntries(fields)
}

/** Where a password page was asked to lead, and which form it is to resume. */
type Detour = { loginId: string; path: string; nonce: unknown; now: Date }

/** The form that this page would resume; null where none was kept; `lost` where this one is not resumed, `done` where it was. */
export function findInterruptedPost(
  req: Request,
  { loginId, path, nonce, now }: Detour,
): InterruptedPost | 'lost' | 'done' | null {
  if (!nonce) return null
  const post = req.session.interruptedPost
  if (post?.nonce !== nonce || post.path !== path) return 'lost'
  // Asked first: what was done may have given the user another login id.
  if (post.isResumed) return 'done'
  if (post.loginId !== loginId) return 'lost'
  return Math.abs(now.getTime() - post.at) <= GOOD_FOR ? post : 'lost'
}

/** The same, once. */
export function takeInterruptedPost(
  req: Request,
  detour: Detour,
): ReturnType<typeof findInterruptedPost> {
  const post = findInterruptedPost(req, detour)
  if (typeof post !== 'string' && post)
    req.session.interruptedPost = { ...post, fields: {}, isResumed: true }
  return post
}

/** Hands a kept form to the application again, through all its middleware, as if it had only now been sent. */
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
