import type { Request, Response } from 'express'
import { z } from 'zod'
import { verifyOwnPassword } from '../accounts/passwords.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { resumePost, takeInterruptedPost } from '../auth/interrupted-post.ts'
import { safeNext } from '../auth/next.ts'
import { clientOf } from '../http/client.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { formatLoginId } from '../sessions/login-id.ts'
import { ownPasswordLimits } from '../throttle/limits.ts'

const ReauthenticateForm = z.object({
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
  next: z.string().optional(),
})

export function reauthenticatePage(services: Services): Page {
  const { accounts, auth, clock, memberOf, settings, throttle } = services
  return {
    path: '/reauthenticate',
    for: 'logged-in',
    hashes: true,
    get: [showReauthenticate],
    post: [reauthenticate],
  }

  function showReauthenticate(req: Request, res: Response) {
    show(res, blankForm(), req.query.next)
  }

  async function reauthenticate(req: Request, res: Response) {
    const form = parseForm(ReauthenticateForm, req.body)
    if (!form.ok) return refuse(res, form.view)

    const user = auth.loggedInUser(req)
    const typed = { password: form.data.password, client: clientOf(req) }
    const limits = ownPasswordLimits(memberOf(req))
    const isRight = await throttle.attempt(limits, () => verifyOwnPassword(accounts, user, typed))
    if (!isRight) {
      nameEvent(res, 'authn_reauthentication_fail', user.id)
      return refuse(res, rejectForm(form, 'password', 'Wrong password.').view)
    }

    await auth.confirmLogin(req, res)
    return goOn(req, res, safeNext(form.data.next, settings.appUrl) ?? '/dashboard')
  }

  // Where the interrupted request was a form, it is sent again; where that is too late, its address may have no page.
  function goOn(req: Request, res: Response, path: string) {
    const post = takeInterruptedPost(req, formatLoginId(auth.loggedInUser(req)), path, clock())
    if (post !== null && post !== 'lost') return resumePost(req, res, post, req.csrfToken())
    return saveThenRedirect(req, res, 303, post === 'lost' ? '/dashboard' : path)
  }

  function refuse(res: Response, form: FormView) {
    res.status(422)
    show(res, form, form.values.next)
  }

  function show(res: Response, form: FormView, next: unknown) {
    res.render('reauthenticate', { form, next: safeNext(next, settings.appUrl) ?? '' })
  }
}
