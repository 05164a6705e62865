import type { Request, Response } from 'express'
import { z } from 'zod'
import type { LinkWithUser } from '../accounts/email-links.ts'
import { resetPassword } from '../accounts/passwords.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import { servicesOf } from '../services.ts'
import { knowDevice } from '../sessions/device-list.ts'
import { linkPasswordLimits } from '../throttle/limits.ts'
import { createMailedLink, explainMissingLink } from './mailed-link.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const ResetFields = z.object(newPasswordFields)
const link = createMailedLink('/reset-password')
const PURPOSES = ['reset-password'] as const

export const resetPasswordPage: Page = {
  path: '/reset-password',
  for: 'all',
  hashes: true,
  get: [link.takeToken, showReset],
  post: [reset],
}

async function showReset(req: Request, res: Response) {
  const found = await link.find(req, PURPOSES)
  return found ? show(req, res, found, blankForm()) : refuseLink(res, 200)
}

async function reset(req: Request, res: Response) {
  const { accounts, flashes, keepDeviceToken, throttle, visitOf } = servicesOf(req)
  const found = await link.find(req, PURPOSES)
  if (!found) return refuseLink(res)
  const owner = { ...accounts.passwordRules, ...found.user }
  const ResetForm = demandGoodPassword(ResetFields, () => owner)
  const form = parseForm(ResetForm, req.body)
  if (!form.ok) return show(req, res.status(422), found, form.view)

  const wanted = { ...form.data, ...visitOf(req) }
  const limits = linkPasswordLimits(found.userId)
  const user = await throttle.attempt(limits, () => resetPassword(accounts, found, wanted))
  link.forget(req, res)
  if (!user) return refuseLink(res)
  keepDeviceToken(req, res, await knowDevice(accounts, user, visitOf(req)))
  nameEvent(res, 'authn_password_change', user.id)
  flashes.add(req, res, 'success', 'Your new password is set. Log in with it.')
  return res.redirect(303, '/login')
}

function refuseLink(res: Response, status = 422) {
  res
    .status(status)
    .render('reset-password', { form: blankForm(), linkProblem: explainMissingLink(res.req) })
}

function show(req: Request, res: Response, found: LinkWithUser, form: FormView) {
  const passwordMinLength = servicesOf(req).accounts.passwordRules.minLength
  const { username } = found.user
  res.render('reset-password', { form, passwordMinLength, link: found.id, username })
}
