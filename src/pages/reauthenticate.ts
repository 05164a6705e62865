import type { Request, Response } from 'express'
import { z } from 'zod'
import { saveThenRedirect } from '../auth/express-session.ts'
import { findInterruptedPost, resumePost, takeInterruptedPost } from '../auth/interrupted-post.ts'
import { FORGOT_PASSWORD } from '../http/error-links.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { formatLoginId } from '../sessions/session-rows.ts'
import { readText, text } from '../words/words.ts'
import { checkOwnPassword } from './own-password.ts'

const ReauthenticateForm = z.object({
  password: z.string(text('password.missing')).min(1, text('password.missing')),
  next: z.string().optional(),
  resume: z.string().optional(),
})

export const reauthenticatePage: Page = {
  path: '/reauthenticate',
  for: 'logged-in',
  hashes: true,
  linkWhenLimited: FORGOT_PASSWORD,
  get: [showReauthenticate],
  post: [reauthenticate],
}

function showReauthenticate(req: Request, res: Response) {
  show(req, res, blankForm())
}

async function reauthenticate(req: Request, res: Response) {
  const { auth } = servicesOf(req)
  const form = parseForm(ReauthenticateForm, req.body)
  if (!form.ok) return show(req, res.status(422), form.view)

  if (!(await checkOwnPassword(req, form.data.password))) {
    return show(req, res.status(422), rejectForm(form, 'password', 'password.wrong').view)
  }
  await auth.confirmLogin(req, res)
  return goOn(req, res)
}

function goOn(req: Request, res: Response) {
  const detour = detourOf(req)
  const post = takeInterruptedPost(req, detour)
  if (post === 'lost') servicesOf(req).flashes.add(req, res, 'info', 'reauthenticate.form-not-done')
  // Its form may have no page to go back to.
  if (typeof post === 'string') return saveThenRedirect(req, res, 303, '/dashboard')
  if (post) return resumePost(req, res, post, req.csrfToken())
  return saveThenRedirect(req, res, 303, detour.path)
}

function detourOf(req: Request) {
  const { auth, clock, nextOf } = servicesOf(req)
  const loginId = formatLoginId(auth.loggedInUser(req))
  const path = nextOf(req) ?? '/dashboard'
  return { loginId, path, nonce: req.body?.resume ?? req.query.resume, now: clock() }
}

function show(req: Request, res: Response, form: FormView) {
  const detour = detourOf(req)
  const kept = findInterruptedPost(req, detour)
  const post = typeof kept === 'string' ? null : kept
  const next = servicesOf(req).nextOf(req)
  const does = post?.does ? readText(post.does) : null
  const isLost = kept === 'lost'
  res.render('reauthenticate', { form, next, resume: detour.nonce, post, does, isLost })
}
