import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { composePassword } from '../../accounts/password-text.ts'
import { changePassword, verifyOwnPassword } from '../../accounts/passwords.ts'
import { saveThenRedirect } from '../../auth/express-session.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import type { Page } from '../../http/page.ts'
import { nameEvent } from '../../http/request-log.ts'
import { FORGOT_PASSWORD } from '../../http/ways-on.ts'
import type { Services } from '../../services.ts'
import { ownPasswordLimits } from '../../throttle/limits.ts'
import { demandGoodPassword, newPasswordFields } from '../new-password-fields.ts'

const PasswordFields = z
  .object({
    current: z.string('Enter your current password.').min(1, 'Enter your current password.'),
    ...newPasswordFields,
  })
  .refine(({ current, password }) => composePassword(current) !== composePassword(password), {
    path: ['password'],
    message: 'Choose a password that is not your current one.',
  })

export function passwordPage(services: Services): Page {
  const { accounts, auth, flashes, memberOf, throttle, visitOf } = services
  return {
    path: '/account/password',
    for: 'logged-in',
    hashes: true,
    wayOnWhenLimited: FORGOT_PASSWORD,
    get: [showPassword],
    post: [change],
  }

  function showPassword(_req: Request, res: Response) {
    show(res, blankForm())
  }

  async function change(req: Request, res: Response, next: NextFunction) {
    const user = auth.loggedInUser(req)
    const owner = { ...accounts.passwordRules, ...user }
    const form = parseForm(
      demandGoodPassword(PasswordFields, () => owner),
      req.body,
    )
    if (!form.ok) return refuse(res, form.view)

    const typed = { password: form.data.current, ...visitOf(req) }
    const limits = ownPasswordLimits(memberOf(req))
    const isRight = await throttle.attempt(limits, () => verifyOwnPassword(accounts, user, typed))
    if (!isRight) {
      nameEvent(res, 'authn_password_change_fail', user.id)
      return refuse(res, rejectForm(form, 'current', 'Wrong password.').view)
    }

    const wanted = { ...form.data, ...visitOf(req) }
    const changed = await changePassword(accounts, user, wanted)
    if (!changed) return auth.unauthorized(req, res, next)
    nameEvent(res, 'authn_password_change', user.id)
    await auth.renewLogin(req, res, changed)
    flashes.add(req, res, 'success', 'Your password is changed. Every other browser is logged out.')
    return saveThenRedirect(req, res, 303, '/account/password')
  }

  function refuse(res: Response, form: FormView) {
    res.status(422)
    show(res, form)
  }

  function show(res: Response, form: FormView) {
    const passwordMinLength = accounts.passwordRules.minLength
    res.render('account/password', { form, passwordMinLength })
  }
}
