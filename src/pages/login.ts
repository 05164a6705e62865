import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { displayNameOf } from '../accounts/users.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { safeNext } from '../auth/next.ts'
import { days } from '../durations.ts'
import { forgeryErrors } from '../http/error-pages.ts'
import { blankForm, type FormView, parseForm, refillForm, rejectForm } from '../http/form.ts'
import type { ForgeryError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { FORGOT_PASSWORD } from '../http/ways-on.ts'
import type { Services } from '../services.ts'
import { loginLimits } from '../throttle/limits.ts'

const LoginForm = z.object({
  username: z
    .string('Enter your user name or email address.')
    .trim()
    .min(1, 'Enter your user name or email address.')
    .max(254, 'Use at most 254 characters.')
    .regex(/^\P{Cc}*$/u, 'Enter your user name or email address without control characters.'),
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
  remember: z.string().optional(),
  next: z.string().optional(),
})

const WRONG = { ok: false, reason: 'wrong' } as const

// One message for both mistakes: saying which was wrong tells a stranger who has an account.
const WRONG_WORDS = 'Wrong user name or password.'
// Told only after the right password.
const REFUSED_WORDS = {
  disabled: 'This account is disabled. Ask the operator of this site to enable it.',
  'scheduled-for-deletion':
    'This account is scheduled for deletion. The link in our email about that restores it.',
}

export function loginPage(services: Services): Page {
  const { auth, authenticate, findLoginTarget, flashes, settings, throttle } = services
  return {
    path: '/login',
    for: 'logged-out',
    hashes: true,
    wayOnWhenLimited: FORGOT_PASSWORD,
    get: [showLogin],
    post: [logIn],
    onForgery: showLoginAgain,
  }

  function showLogin(req: Request, res: Response) {
    show(res, blankForm(), req.query.next)
  }

  async function logIn(req: Request, res: Response) {
    const form = parseForm(LoginForm, req.body)
    if (!form.ok) return refuse(res, form.view)

    const limits = loginLimits(await findLoginTarget(req, form.data.username))
    const outcome = (await throttle.attempt(limits, () => authenticate(req, res))) ?? WRONG
    if (!outcome.ok)
      return refuse(res, rejectForm(form, 'username', sayWhyNot(outcome.reason)).view)

    await auth.logIn(req, res, outcome.user, { remember: form.data.remember === 'on' })
    flashes.add(req, res, 'success', `Welcome back, ${displayNameOf(outcome.user)}`)
    await saveThenRedirect(req, res, 303, safeNext(form.data.next, settings.appUrl) ?? '/dashboard')
  }

  function sayWhyNot(reason: 'wrong' | keyof typeof REFUSED_WORDS): string {
    return reason === 'wrong' ? WRONG_WORDS : REFUSED_WORDS[reason]
  }

  function refuse(res: Response, form: FormView) {
    res.status(422)
    show(res, form, form.values.next)
  }

  function showLoginAgain(error: ForgeryError, req: Request, res: Response, next: NextFunction) {
    // A second press of the button: the first has logged them in, under another token.
    if (auth.currentUser(req) && !error.isCrossSite) return auth.requireAnonymous(req, res, next)
    if (error.reason === 'other-origin') return next(error)
    res.status(403)
    return show(res, refillForm(req.body, forgeryErrors[error.reason]), req.body?.next)
  }

  function show(res: Response, form: FormView, next: unknown) {
    const rememberDays = settings.rememberFor / days(1)
    const isVerified = settings.registration === 'verified'
    res.render('login', {
      form,
      isVerified,
      rememberDays,
      next: safeNext(next, settings.appUrl) ?? '',
    })
  }
}
