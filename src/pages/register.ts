import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import type { User } from '../accounts/accounts.ts'
import { isBusy } from '../accounts/hash-queue.ts'
import { Email, Username } from '../accounts/identifiers.ts'
import { registerUser, type Taken } from '../accounts/registration.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { describeBrowser } from '../http/browsers.ts'
import { blankForm, type FormView, parseForm, refillForm, rejectForm } from '../http/form.ts'
import { hangUpOf } from '../http/hang-up.ts'
import { type ForgeryError, refuseBusy, refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { admitRegistration } from '../throttle/limits.ts'
import { sayWhereMailGoes } from './mail-words.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const RegisterFields = z.object({ username: Username, email: Email, ...newPasswordFields })

const TAKEN: Record<Taken, { field: string; message: string }> = {
  'username-taken': { field: 'username', message: 'That user name is already taken.' },
  'email-taken': { field: 'email', message: 'That email address is already taken.' },
}

/** Where registration is closed there is no such page. */
export function registerPages(services: Services): Page[] {
  const { accounts, auth, browsers, flashes, limitHashing, settings } = services
  const RegisterForm = demandGoodPassword(RegisterFields, (fields) => ({
    ...accounts.passwordRules,
    ...fields,
  }))
  const page: Page = {
    path: '/register',
    for: 'logged-out',
    get: [showRegister],
    post: [limitHashing, register],
    onForgery: showRegisterAgain,
  }
  return settings.registration === 'closed' ? [] : [page]

  function showRegister(_req: Request, res: Response) {
    show(res, blankForm())
  }

  async function register(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(RegisterForm, req.body)
    if (!form.ok) return refuse(res, form.view)

    const admission = await admitRegistration(services, req, form.data.email)
    if (!admission.ok) return refuseTooMany(next, admission)

    const browser = { browser: describeBrowser(req), browserId: browsers.identify(req, res) }
    const signal = hangUpOf(req)
    const user = await registerUser(accounts, { ...form.data, ...browser, signal })
    if (isBusy(user)) return refuseBusy(res, next, { ...user, admission })
    if (user === 'username-taken') return refuse(res, rejectTaken(form, user))
    // Before anything is said of the address: where it must be confirmed, nobody learns whose it is.
    if (accounts.mustConfirm) return sendToMailbox(req, res, form.data.email, user)
    if (user === 'email-taken') return refuse(res, rejectTaken(form, user))
    nameEvent(res, 'user_created', user.id)
    await auth.logIn(req, res, user, { startedBy: 'registration' })
    const message = `Welcome, ${user.name}. Your account is ready. The link in our mail confirms your address.`
    flashes.add(req, res, 'success', message + sayWhereMailGoes(settings))
    return saveThenRedirect(req, res, 303, '/dashboard')
  }

  // The same words whether or not the address has an account already.
  function sendToMailbox(req: Request, res: Response, email: string, user: User | 'email-taken') {
    if (user !== 'email-taken') nameEvent(res, 'user_created', user.id)
    const message = `Almost done: open the link in the mail to ${email}, then log in.`
    flashes.add(req, res, 'info', message + sayWhereMailGoes(settings))
    res.redirect(303, '/login')
  }

  function rejectTaken(form: { view: FormView }, taken: Taken): FormView {
    return rejectForm(form, TAKEN[taken].field, TAKEN[taken].message).view
  }

  function refuse(res: Response, form: FormView) {
    res.status(422)
    show(res, form)
  }

  function showRegisterAgain(error: ForgeryError, req: Request, res: Response, next: NextFunction) {
    // A second press of the button: the first has logged them in, under another token.
    if (auth.currentUser(req) && !error.isCrossSite) return auth.requireAnonymous(req, res, next)
    const message = 'This page was open for too long. Enter a password and register again.'
    res.status(403)
    return show(res, refillForm(req.body, message))
  }

  function show(res: Response, form: FormView) {
    res.render('register', { form, passwordMinLength: accounts.passwordRules.minLength })
  }
}
