import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { composePassword } from '../../accounts/password-text.ts'
import { changePassword, proveOwnPassword, verifyOwnPassword } from '../../accounts/passwords.ts'
import { findUser, type User } from '../../accounts/users.ts'
import { isUnderWay } from '../../auth/ended-session.ts'
import { saveThenRedirect } from '../../auth/express-session.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import type { ForgeryError } from '../../http/http-error.ts'
import type { Page } from '../../http/page.ts'
import { nameEvent } from '../../http/request-log.ts'
import { FORGOT_PASSWORD } from '../../http/ways-on.ts'
import { servicesOf } from '../../services.ts'
import { type Member, ownPasswordLimits } from '../../throttle/limits.ts'
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

type PasswordForm = z.infer<typeof PasswordFields>

export const passwordPage: Page = {
  path: '/account/password',
  for: 'logged-in',
  hashes: true,
  wayOnWhenLimited: FORGOT_PASSWORD,
  get: [showPassword],
  post: [change],
  beforeLogin: finishWithoutAnswer,
  onForgery: finishWithOldToken,
}

function showPassword(req: Request, res: Response) {
  show(req, res, blankForm())
}

async function change(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, memberOf, throttle, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const form = readPasswordForm(req, user)
  if (!form.ok) return refuse(req, res, form.view)

  const typed = { password: form.data.current, ...visitOf(req) }
  const limits = ownPasswordLimits(memberOf(req))
  const isRight = await throttle.attempt(limits, () => proveOwnPassword(accounts, user, typed))
  const wanted = { ...form.data, ...visitOf(req) }
  const changed = isRight ? await changePassword(accounts, user, wanted) : null
  if (changed) nameEvent(res, 'authn_password_change', user.id)
  const now = changed ?? (await findChanged(req, user, form.data))
  if (now) return goOn(req, res, now)
  if (isRight) return auth.unauthorized(req, res, next)
  nameEvent(res, 'authn_password_change_fail', user.id)
  return refuse(req, res, rejectForm(form, 'current', 'Wrong password.').view)
}

async function goOn(req: Request, res: Response, user: User) {
  await servicesOf(req).auth.renewLogin(req, res, user)
  return sayChanged(req, res)
}

function sayChanged(req: Request, res: Response) {
  const message = 'Your password is changed. Every other browser is logged out.'
  servicesOf(req).flashes.add(req, res, 'success', message)
  return saveThenRedirect(req, res, 303, '/account/password')
}

// The button was pressed twice, and the first press has changed the password already. The new password, which
// logs in anywhere, tells so.
async function findChanged(req: Request, user: User, form: PasswordForm): Promise<User | null> {
  const { accounts, memberOf } = servicesOf(req)
  const now = await findUser(accounts, user.id)
  const isLater = now !== null && now.authEpoch !== user.authEpoch
  return isLater && (await isPasswordOf(req, memberOf(req), now, form)) ? now : null
}

function isPasswordOf(req: Request, member: Member, user: User, { password }: PasswordForm) {
  const { accounts, throttle, visitOf } = servicesOf(req)
  const typed = { password, ...visitOf(req) }
  return throttle.attempt(ownPasswordLimits(member), () => verifyOwnPassword(accounts, user, typed))
}

// The same, where the answer to the first press never brought its session to the browser.
async function finishWithoutAnswer(req: Request, res: Response, next: NextFunction) {
  const { auth, clock, visitOf } = servicesOf(req)
  const deviceId = isUnderWay(req) && !req.user ? req.endedSession?.deviceId : null
  const user = deviceId ? await findUserOfDevice(req, deviceId) : null
  const form = user && readPasswordForm(req, user)
  if (!deviceId || !user || !form?.ok) return next()
  const member = { userId: user.id, deviceId, network: visitOf(req).client.network }
  if (!(await isPasswordOf(req, member, user, form.data))) return next()
  const now = clock().getTime()
  const goesOn = { freshAt: now, since: now, notAfter: null, deviceId }
  await auth.logIn(req, res, user, { startedBy: 'renewal', goesOn })
  return sayChanged(req, res)
}

async function findUserOfDevice(req: Request, id: string): Promise<User | null> {
  const { accounts, database } = servicesOf(req)
  const device = await database.device.findUnique({ where: { id, revokedAt: null } })
  return device && findUser(accounts, device.userId)
}

// The same, where the browser has the new session and sends the form of the old one.
async function finishWithOldToken(
  error: ForgeryError,
  req: Request,
  res: Response,
  next: NextFunction,
) {
  const { auth, memberOf } = servicesOf(req)
  const user = auth.currentUser(req)
  const form = user && !error.isCrossSite && readPasswordForm(req, user)
  if (!user || !form || form.ok === false) return next(error)
  const isDone = await isPasswordOf(req, memberOf(req), user, form.data)
  return isDone ? sayChanged(req, res) : next(error)
}

function readPasswordForm(req: Request, user: User) {
  const owner = { ...servicesOf(req).accounts.passwordRules, ...user }
  return parseForm(
    demandGoodPassword(PasswordFields, () => owner),
    req.body,
  )
}

function refuse(req: Request, res: Response, form: FormView) {
  res.status(422)
  show(req, res, form)
}

function show(req: Request, res: Response, form: FormView) {
  const passwordMinLength = servicesOf(req).accounts.passwordRules.minLength
  res.render('account/password', { form, passwordMinLength })
}
