import type { Request, Response } from 'express'
import { z } from 'zod'
import { findLink, type LinkWithUser } from '../accounts/email-links.ts'
import { resetPassword } from '../accounts/passwords.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import { servicesOf } from '../services.ts'
import { knowDevice } from '../sessions/device-list.ts'
import { linkPasswordLimits } from '../throttle/limits.ts'
import { createMailedLink } from './mailed-link.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const ResetFields = z.object(newPasswordFields)

const link = createMailedLink('/reset-password', (accounts, id) =>
  findLink(accounts, id, ['reset-password']),
)

export const resetPasswordPage: Page = {
  path: '/reset-password',
  for: 'all',
  hashes: true,
  get: [link.takeToken, link.withLink(showReset)],
  post: [link.withLink(reset)],
}

function showReset(req: Request, res: Response, found: LinkWithUser) {
  show(req, res, found, blankForm())
}

async function reset(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, flashes, keepDeviceToken, throttle, visitOf } = servicesOf(req)
  const owner = { ...accounts.passwordRules, ...found.user }
  const ResetForm = demandGoodPassword(ResetFields, () => owner)
  const form = parseForm(ResetForm, req.body)
  if (!form.ok) return show(req, res.status(422), found, form.view)

  const wanted = { ...form.data, ...visitOf(req) }
  const limits = linkPasswordLimits(found.userId)
  const user = await throttle.attempt(limits, () => resetPassword(accounts, found, wanted))
  link.forget(req, res)
  if (!user) return link.refuse(req, res)
  keepDeviceToken(req, res, await knowDevice(accounts, user, visitOf(req)))
  nameEvent(res, 'authn_password_change', user.id)
  flashes.add(req, res, 'success', 'Your new password is set. Log in with it.')
  return res.redirect(303, '/login')
}

function show(req: Request, res: Response, { id, user }: LinkWithUser, form: FormView) {
  const passwordMinLength = servicesOf(req).accounts.passwordRules.minLength
  res.render('reset-password', { form, passwordMinLength, link: id, username: user.username })
}
