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
}

declare module 'express-session' {
  interface SessionData {
    interruptedPost: InterruptedPost | null
  }
}

const GOOD_FOR = minutes(5)
const MOST_CHARACTERS = 4096

export type Interruption = {
  /** What getId gives for the user. */
  loginId: string
  does: string | null
  secretFields: readonly string[]
  now: Date
}

/** Keeps the form of this request in the session; returns its nonce, or null where there is none to keep. */
export function keepInterruptedPost(req: Request, interruption: Interruption): string | null {
  delete req.session.interruptedPost
  if (req.method !== 'POST') return null
  const { loginId, does, secretFields, now } = interruption
  const fields = textFields(req.body, secretFields)
  const nonce = randomBytes(16).toString('base64url')
  const post = { path: req.originalUrl, fields, does, loginId, nonce, at: now.getTime() }
  if (JSON.stringify(post).length > MOST_CHARACTERS) return null
  req.session.interruptedPost = post
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
export type Detour = { loginId: string; path: string; nonce: unknown; now: Date }

/** The form that this page would resume, or null. */
export function findInterruptedPost(req: Request, detour: Detour): InterruptedPost | null {
  const post = req.session.interruptedPost
  if (!post || post.nonce !== detour.nonce || post.path !== detour.path) return null
  const isInTime = detour.now.getTime() - post.at <= GOOD_FOR
  return post.loginId === detour.loginId && isInTime ? post : null
}

/** The form to resume, once; null where none was kept; `lost` where this one is not resumed, or not again. */
export function takeInterruptedPost(req: Request, detour: Detour): InterruptedPost | 'lost' | null {
  const post = findInterruptedPost(req, detour)
  if (post) delete req.session.interruptedPost
  return post ?? (detour.nonce ? 'lost' : null)
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
