import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { scheduleDeletion } from '../../accounts/deletion.ts'
import { LINK_LIFETIMES } from '../../accounts/email-links.ts'
import { usernameKeyOf } from '../../accounts/identifiers.ts'
import { days } from '../../durations.ts'
import { FORGOT_PASSWORD } from '../../http/error-links.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'
import { text } from '../../words/words.ts'
import { checkOwnPassword } from '../own-password.ts'

const DeleteForm = z.object({
  username: z
    .string(text('delete.username-missing'))
    .trim()
    .min(1, text('delete.username-missing')),
  password: z.string(text('password.missing')).min(1, text('password.missing')),
})

const GRACE_DAYS = LINK_LIFETIMES['restore-account'] / days(1)

export const deletePage: Page = {
  path: '/account/delete',
  for: 'fresh',
  hashes: true,
  does: text('delete.does'),
  linkWhenLimited: FORGOT_PASSWORD,
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
    const wrong = rejectForm(form, 'username', 'delete.username-wrong')
    return show(req, res.status(422), wrong.view)
  }
  if (!(await checkOwnPassword(req, form.data.password))) {
    return show(req, res.status(422), rejectForm(form, 'password', 'password.wrong').view)
  }
  return schedule(req, res, next)
}

async function schedule(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, cookies, mailHints, redirectWith, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const isScheduled = await scheduleDeletion(accounts, user, visitOf(req))
  if (!isScheduled) return auth.unauthorized(req, res, next)
  await auth.logOut(req, res)
  cookies.session.clear(res)
  const done = ['delete.done', { days: GRACE_DAYS }] as const
  return redirectWith(req, res, '/login', 'success', done, ...mailHints)
}

function show(req: Request, res: Response, form: FormView) {
  const { username, emailVerifiedAt } = servicesOf(req).auth.loggedInUser(req)
  const isVerified = emailVerifiedAt !== null
  res.render('account/delete', { form, username, isVerified, graceDays: GRACE_DAYS })
}
