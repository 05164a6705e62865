import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { composePassword } from '../../accounts/password-hash.ts'
import { changePassword, isPasswordOf } from '../../accounts/passwords.ts'
import { findUser, type User } from '../../accounts/users.ts'
import { isUnderWay } from '../../auth/ended-session.ts'
import { FORGOT_PASSWORD } from '../../http/error-links.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../../http/form.ts'
import { networkOf } from '../../http/network.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'
import { findUserOfDevice } from '../../sessions/device-list.ts'
import { limitsOf, type Principal } from '../../throttle/budgets.ts'
import { text } from '../../words/words.ts'
import { demandGoodPassword, newPasswordFields } from '../new-password-fields.ts'
import { checkOwnPassword } from '../own-password.ts'

const PasswordFields = z
  .object({
    current: z.string(text('password.current-missing')).min(1, text('password.current-missing')),
    ...newPasswordFields,
  })
  .refine(({ current, password }) => composePassword(current) !== composePassword(password), {
    path: ['password'],
    message: text('password.same-as-current'),
  })

export const passwordPage: Page = {
  path: '/account/password',
  for: 'logged-in',
  hashes: true,
  linkWhenLimited: FORGOT_PASSWORD,
  get: [showPassword],
  post: [change],
  onSecondPress: finishSecondPress,
}

function showPassword(req: Request, res: Response) {
  show(req, res, blankForm())
}

async function change(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const owner = { ...accounts.passwordRules, ...user }
  const ChangeForm = demandGoodPassword(PasswordFields, () => owner)
  const form = parseForm(ChangeForm, req.body)
  if (!form.ok) return show(req, res.status(422), form.view)

  const isRight = await checkOwnPassword(req, form.data.current)
  const { password } = form.data
  const changed = isRight ? await changePassword(accounts, user, password, visitOf(req)) : null
  const now = changed ?? (await findChanged(req, user))
  if (now) return renew(req, res, now)
  if (isRight) return auth.unauthorized(req, res, next)
  return show(req, res.status(422), rejectForm(form, 'current', 'password.wrong').view)
}

async function renew(req: Request, res: Response, user: User) {
  await servicesOf(req).auth.renewLogin(req, res, user)
  return sayChanged(req, res)
}

function sayChanged(req: Request, res: Response) {
  const { redirectWith } = servicesOf(req)
  return redirectWith(req, res, '/account/password', 'success', 'account-password.done')
}

// The button was pressed twice, and the first press has changed the password. The new one, which would log in
// anywhere, tells so.
async function finishSecondPress(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, clock, principalOf } = servicesOf(req)
  // The browser has the new session, and sends the form of the old one.
  if (auth.currentUser(req))
    return (await isChanged(req, principalOf(req))) ? sayChanged(req, res) : next()
  // The answer to the first never brought its session to the browser.
  const deviceId = isUnderWay(req) ? req.endedSession?.deviceId : null
  const user = deviceId ? await findUserOfDevice(accounts, deviceId) : null
  if (!deviceId || !user) return next()
  if (!(await isChanged(req, { userId: user.id, deviceId, network: networkOf(req) }))) return next()
  const now = clock().getTime()
  const continues = { freshAt: now, since: now, notAfter: null, deviceId }
  await auth.logIn(req, res, user, { startedBy: 'renewal', continues })
  return sayChanged(req, res)
}

// Both presses were under way.
async function findChanged(req: Request, user: User): Promise<User | null> {
  const now = await findUser(servicesOf(req).accounts, user.id)
  const isLater = now !== null && now.authEpoch !== user.authEpoch
  return isLater && (await isChanged(req, servicesOf(req).principalOf(req))) ? now : null
}

async function isChanged(req: Request, principal: Principal): Promise<boolean> {
  const { accounts, throttle, visitOf } = servicesOf(req)
  const form = PasswordFields.safeParse(req.body)
  if (!form.success) return false
  const { client } = visitOf(req)
  // Counted apart from the current password: after the first press this form has no session to count by.
  const who = { ...principal, freshAt: '' }
  return throttle.attempt(limitsOf('own-password', who), () =>
    isPasswordOf(accounts, principal.userId, form.data.password, client),
  )
}

function show(req: Request, res: Response, form: FormView) {
  const passwordMinLength = servicesOf(req).accounts.passwordRules.minLength
  res.render('account/password', { form, passwordMinLength })
}
