import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { askToConfirmAgain } from '../accounts/email-addresses.ts'
import type { LoginOutcome } from '../accounts/users.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { safeNext } from '../auth/next.ts'
import { days } from '../durations.ts'
import { blankForm, type FormView, parseForm, refillForm, rejectForm } from '../http/form.ts'
import { type ForgeryError, refuseBusy, refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import type { Services } from '../services.ts'
import { admitLinkAgain, admitLogin } from '../throttle/limits.ts'

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

// One message for every mistake: saying which was wrong tells a stranger who has an account. Where
// addresses must be confirmed, whether one was is part of it: it would tell whether the address was new.
const WRONG_WORDS = 'Wrong user name or password.'
const WRONG_OR_UNCONFIRMED =
  'Wrong user name or password, or an email address that is not confirmed yet: open the link in our newest mail first.'
// These are told only to whoever knows the password.
const DISABLED_WORDS = 'This account is disabled. Ask whoever runs this site to enable it.'
const LEAVING_WORDS =
  'This account is disabled: it was closed, and will be erased. The link in our mail about that brings it back.'

export function loginPage(services: Services): Page {
  const { accounts, auth, authenticate, browsers, flashes, limitHashing, settings } = services
  return {
    path: '/login',
    for: 'logged-out',
    get: [showLogin],
    post: [limitHashing, logIn],
    onForgery: showLoginAgain,
  }

  function showLogin(req: Request, res: Response) {
    show(res, blankForm(), req.query.next)
  }

  async function logIn(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(LoginForm, req.body)
    if (!form.ok) return refuse(res, form.view)

    const admission = await admitLogin(services, req, form.data.username)
    if (!admission.ok) return refuseTooMany(next, admission)

    const outcome = (await authenticate(req, res)) ?? WRONG
    if (!outcome.ok && outcome.reason === 'busy')
      return refuseBusy(res, next, { ...outcome, admission })
    if (!outcome.ok) {
      if (accounts.mustConfirm) await sendLinkAgain(req, res, outcome)
      return refuse(res, rejectForm(form, '', sayWhyNot(outcome.reason)).view)
    }

    await admission.refund()
    await auth.logIn(req, res, outcome.user, { remember: form.data.remember === 'on' })
    flashes.add(req, res, 'success', `Welcome back, ${outcome.user.name}`)
    await saveThenRedirect(req, res, 303, safeNext(form.data.next, settings.appUrl) ?? '/dashboard')
  }

  function sayWhyNot(reason: 'wrong' | 'disabled' | 'leaving' | 'unconfirmed'): string {
    if (reason === 'disabled') return DISABLED_WORDS
    if (reason === 'leaving') return LEAVING_WORDS
    return accounts.mustConfirm ? WRONG_OR_UNCONFIRMED : WRONG_WORDS
  }

  // The first may be lost or too old, or, for somebody brought over from another program, never have been sent.
  // And for a wrong password the same to nobody: the difference would tell whether the address was new.
  async function sendLinkAgain(req: Request, res: Response, outcome: LoginOutcome) {
    const user = 'user' in outcome ? outcome.user : null
    const admission = await admitLinkAgain(services, req, user)
    await askToConfirmAgain(accounts, admission.ok ? user : null, browsers.identify(req, res))
  }

  function refuse(res: Response, form: FormView) {
    res.status(422)
    show(res, form, form.values.next)
  }

  function showLoginAgain(error: ForgeryError, req: Request, res: Response, next: NextFunction) {
    // A second press of the button: the first has logged them in, under another token.
    if (auth.currentUser(req) && !error.isCrossSite) return auth.requireAnonymous(req, res, next)
    const message = 'This page was open for too long. Enter your password and log in again.'
    res.status(403)
    return show(res, refillForm(req.body, message), req.body?.next)
  }

  function show(res: Response, form: FormView, next: unknown) {
    const rememberDays = settings.rememberFor / days(1)
    res.render('login', { form, rememberDays, next: safeNext(next, settings.appUrl) ?? '' })
  }
}
