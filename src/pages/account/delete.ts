import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { scheduleDeletion } from '../../accounts/deletion.ts'
import { LINK_LIFETIMES } from '../../accounts/email-links.ts'
import { usernameKeyOf } from '../../accounts/identifiers.ts'
import { proveOwnPassword } from '../../accounts/passwords.ts'
import { formatDuration } from '../../durations.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import type { Page } from '../../http/page.ts'
import { nameEvent } from '../../http/request-log.ts'
import { FORGOT_PASSWORD } from '../../http/ways-on.ts'
import type { Services } from '../../services.ts'
import { ownPasswordLimits } from '../../throttle/limits.ts'
import { sayWhereMailGoes } from '../mail-words.ts'

const DeleteForm = z.object({
  username: z.string('Type your user name.').trim().min(1, 'Type your user name.'),
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
})

const GRACE = formatDuration(LINK_LIFETIMES['restore-account'])

export function deletePage(services: Services): Page {
  const { accounts, auth, cookies, flashes, memberOf, settings, throttle, visitOf } = services
  return {
    path: '/account/delete',
    for: 'fresh',
    hashes: true,
    does: 'Close your account',
    wayOnWhenLimited: FORGOT_PASSWORD,
    get: [showDelete],
    post: [deleteAccount],
  }

  function showDelete(req: Request, res: Response) {
    show(req, res, blankForm())
  }

  async function deleteAccount(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(DeleteForm, req.body)
    if (!form.ok) return refuse(req, res, form.view)
    const user = auth.loggedInUser(req)
    if (usernameKeyOf(form.data.username) !== usernameKeyOf(user.username)) {
      return refuse(req, res, rejectForm(form, 'username', 'That is not your user name.').view)
    }
    const typed = { password: form.data.password, ...visitOf(req) }
    const limits = ownPasswordLimits(memberOf(req))
    const isRight = await throttle.attempt(limits, () => proveOwnPassword(accounts, user, typed))
    if (!isRight) {
      nameEvent(res, 'authn_reauthentication_fail', user.id)
      return refuse(req, res, rejectForm(form, 'password', 'Wrong password.').view)
    }

    const isLeaving = await scheduleDeletion(accounts, user, visitOf(req).browser)
    if (!isLeaving) return auth.unauthorized(req, res, next)
    nameEvent(res, 'user_deleted', user.id)
    await auth.logOut(req, res)
    cookies.session.clear(res)
    const message = `Your account is closed. The link in our email restores it for ${GRACE}.`
    flashes.add(req, res, 'success', message + sayWhereMailGoes(settings))
    return res.redirect(303, '/login')
  }

  function refuse(req: Request, res: Response, form: FormView) {
    res.status(422)
    show(req, res, form)
  }

  function show(req: Request, res: Response, form: FormView) {
    const { username, emailVerifiedAt } = auth.loggedInUser(req)
    const isVerified = emailVerifiedAt !== null
    res.render('account/delete', { form, username, isVerified, grace: GRACE })
  }
}
