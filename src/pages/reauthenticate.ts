import type { Request, Response } from 'express'
import { z } from 'zod'
import { proveOwnPassword } from '../accounts/passwords.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { findInterruptedPost, resumePost, takeInterruptedPost } from '../auth/interrupted-post.ts'
import { safeNext } from '../auth/next.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import { FORGOT_PASSWORD } from '../http/ways-on.ts'
import type { Services } from '../services.ts'
import { formatLoginId } from '../sessions/login-id.ts'
import { ownPasswordLimits } from '../throttle/limits.ts'

const ReauthenticateForm = z.object({
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
  next: z.string().optional(),
  resume: z.string().optional(),
})

/** Where to go on, and which form to resume there. */
type Wanted = { next?: unknown; resume?: unknown }

export function reauthenticatePage(services: Services): Page {
  const { accounts, auth, clock, memberOf, settings, throttle, visitOf } = services
  return {
    path: '/reauthenticate',
    for: 'logged-in',
    hashes: true,
    wayOnWhenLimited: FORGOT_PASSWORD,
    get: [showReauthenticate],
    post: [reauthenticate],
  }

  function showReauthenticate(req: Request, res: Response) {
    show(req, res, blankForm(), req.query)
  }

  async function reauthenticate(req: Request, res: Response) {
    const form = parseForm(ReauthenticateForm, req.body)
    if (!form.ok) return refuse(req, res, form.view)

    const user = auth.loggedInUser(req)
    const typed = { password: form.data.password, ...visitOf(req) }
    const limits = ownPasswordLimits(memberOf(req))
    const isRight = await throttle.attempt(limits, () => proveOwnPassword(accounts, user, typed))
    if (!isRight) {
      nameEvent(res, 'authn_reauthentication_fail', user.id)
      return refuse(req, res, rejectForm(form, 'password', 'Wrong password.').view)
    }

    await auth.confirmLogin(req, res)
    return goOn(req, res, form.data)
  }

  function goOn(req: Request, res: Response, wanted: Wanted) {
    const detour = readDetour(req, wanted)
    const post = takeInterruptedPost(req, detour)
    // A form that cannot be resumed may have no page to go back to.
    if (post === 'lost') return saveThenRedirect(req, res, 303, '/dashboard')
    if (post) return resumePost(req, res, post, req.csrfToken())
    return saveThenRedirect(req, res, 303, detour.path)
  }

  function readDetour(req: Request, { next, resume }: Wanted) {
    const loginId = formatLoginId(auth.loggedInUser(req))
    const path = safeNext(next, settings.appUrl) ?? '/dashboard'
    return { loginId, path, nonce: resume, now: clock() }
  }

  function refuse(req: Request, res: Response, form: FormView) {
    res.status(422)
    show(req, res, form, form.values)
  }

  function show(req: Request, res: Response, form: FormView, wanted: Wanted) {
    const post = findInterruptedPost(req, readDetour(req, wanted))
    const next = safeNext(wanted.next, settings.appUrl) ?? ''
    const resume = typeof wanted.resume === 'string' ? wanted.resume : ''
    res.render('reauthenticate', { form, next, resume, post })
  }
}
