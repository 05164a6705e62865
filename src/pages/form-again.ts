import type { Request, Response } from 'express'
import { forgeryErrors } from '../http/error-pages.ts'
import { type FormView, refillForm } from '../http/form.ts'
import type { ForgeryHandler } from '../http/page.ts'
import { servicesOf } from '../services.ts'

/** For a form of visitors who are logged out: shows it again, and what was typed, where its token is missing or stale. */
export function showFormAgain(
  show: (req: Request, res: Response, form: FormView) => void,
): ForgeryHandler {
  return (error, req, res, next) => {
    const { auth } = servicesOf(req)
    // A second press of the button: the first has logged them in, under another token.
    if (auth.currentUser(req) && !error.isCrossSite) return auth.requireAnonymous(req, res, next)
    if (error.reason === 'other-origin') return next(error)
    return show(req, res.status(403), refillForm(req.body, forgeryErrors[error.reason]))
  }
}
