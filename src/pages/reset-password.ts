import type { Request, Response } from 'express'
import { z } from 'zod'
import { findLink, type LinkWithUser } from '../accounts/email-links.ts'
import { isPasswordOf, resetPassword } from '../accounts/passwords.ts'
import { displayNameOf, findUser, type User } from '../accounts/users.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { knowDevice } from '../sessions/device-list.ts'
import { limitsOf } from '../throttle/budgets.ts'
import { findPressed, MailedLink } from './mailed-link.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const ResetFields = z.object(newPasswordFields)
const PressedAgain = z.object({ password: z.string() })

const link = new MailedLink('/reset-password', (accounts, id) =>
  findLink(accounts, id, ['reset-password']),
)

export const resetPasswordPage: Page = {
  path: '/reset-password',
  for: 'all',
  hashes: true,
  get: [link.takeToken, link.withLink(showReset)],
  post: [link.withLink(reset, finishSecondPress)],
}

function showReset(req: Request, res: Response, found: LinkWithUser) {
  show(req, res, found, blankForm())
}

async function reset(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, throttle, visitOf } = servicesOf(req)
  const owner = { ...accounts.passwordRules, ...found.user }
  const ResetForm = demandGoodPassword(ResetFields, () => owner)
  const form = parseForm(ResetForm, req.body)
  if (!form.ok) return show(req, res.status(422), found, form.view)

  const user = await throttle.attempt(limitsOf('password-of-link', { link: found.userId }), () =>
    resetPassword(accounts, found, form.data.password, visitOf(req)),
  )
  if (!user) return finishSecondPress(req, res)
  await knowBrowser(req, res, user)
  return goToLogin(req, res)
}

// The button was pressed twice, and the first press has used the link. The new password, which logs in anywhere,
// tells so; a wrong one learns no more than from a link that was never used.
async function finishSecondPress(req: Request, res: Response) {
  const { accounts, throttle, visitOf } = servicesOf(req)
  const { data: form } = PressedAgain.safeParse(req.body)
  const used = await findPressed(req, ['reset-password'])
  if (!form || !used) return link.refuse(req, res)
  const isSame = await throttle.attempt(limitsOf('password-of-link', { link: used.id }), () =>
    isPasswordOf(accounts, used.userId, form.password, visitOf(req).client),
  )
  if (!isSame) return link.refuse(req, res)
  const user = await findUser(accounts, used.userId)
  if (user) await knowBrowser(req, res, user)
  return goToLogin(req, res)
}

// The form says which token the device gets: a second press makes no second one.
async function knowBrowser(req: Request, res: Response, user: User) {
  const { accounts, keepDeviceToken, visitOf } = servicesOf(req)
  keepDeviceToken(req, res, await knowDevice(accounts, user, visitOf(req)))
}

function goToLogin(req: Request, res: Response) {
  link.forget(req, res)
  return servicesOf(req).redirectWith(req, res, '/login', 'success', 'reset-password.done')
}

function show(req: Request, res: Response, { id, user }: LinkWithUser, form: FormView) {
  const passwordMinLength = servicesOf(req).accounts.passwordRules.minLength
  const names = { name: displayNameOf(user), username: user.username }
  res.render('reset-password', { form, passwordMinLength, link: id, ...names })
}
