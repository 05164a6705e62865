import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { scheduleDeletion } from '../../accounts/deletion.ts'
import { LINK_LIFETIMES } from '../../accounts/email-links.ts'
import { usernameKeyOf } from '../../accounts/identifiers.ts'
import { formatDuration } from '../../durations.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import type { Page } from '../../http/page.ts'
import { FORGOT_PASSWORD } from '../../http/ways-on.ts'
import { servicesOf } from '../../services.ts'
import { sayWhereMailGoes } from '../mail-words.ts'
import { provePassword } from '../own-password.ts'

const DeleteForm = z.object({
  username: z.string('Type your user name.').trim().min(1, 'Type your user name.'),
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
})

const GRACE = formatDuration(LINK_LIFETIMES['restore-account'])

export const deletePage: Page = {
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
  if (!form.ok) return show(req, res.status(422), form.view)

  const user = servicesOf(req).auth.loggedInUser(req)
  if (usernameKeyOf(form.data.username) !== usernameKeyOf(user.username)) {
    const wrong = rejectForm(form, 'username', 'That is not your user name.')
    return show(req, res.status(422), wrong.view)
  }
  if (!(await provePassword(req, form.data.password))) {
    return show(req, res.status(422), rejectForm(form, 'password', 'Wrong password.').view)
  }
  return schedule(req, res, next)
}

async function schedule(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, cookies, flashes, settings, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const isScheduled = await scheduleDeletion(accounts, user, visitOf(req))
  if (!isScheduled) return auth.unauthorized(req, res, next)
  await auth.logOut(req, res)
  cookies.session.clear(res)
  const message = `Your account is closed. The link in our email restores it for ${GRACE}.`
  flashes.add(req, res, 'success', message + sayWhereMailGoes(settings))
  return res.redirect(303, '/login')
}

function show(req: Request, res: Response, form: FormView) {
  const { username, emailVerifiedAt } = servicesOf(req).auth.loggedInUser(req)
  const isVerified = emailVerifiedAt !== null
  res.render('account/delete', { form, username, isVerified, grace: GRACE })
}
