import type { Request, Response } from 'express'
import { z } from 'zod'
import { tokenOf } from '../accounts/email-links.ts'
import {
  completeVerification,
  findVerification,
  knowsPassword,
  startOver,
  type Verification,
} from '../accounts/verification.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { hashToken, isKnownDevice } from '../sessions/devices.ts'
import { linkPasswordLimits } from '../throttle/limits.ts'
import { createMailedLink, explainMissingLink, LINK_IS_OVER } from './mailed-link.ts'

const PasswordForm = z.object({
  password: z.string('Enter your password.').min(1, 'Enter your password.'),
})

const link = createMailedLink('/verify-email')

export const verifyEmailPage: Page = {
  path: '/verify-email',
  for: 'all',
  hashes: true,
  get: [link.takeToken, showVerify],
  post: [verify],
}

async function showVerify(req: Request, res: Response) {
  const verification = await findLinked(req)
  if (!verification) return refuseLink(res, explainMissingLink(req), 200)
  return show(res, verification, await mustProve(req, verification), blankForm())
}

async function verify(req: Request, res: Response) {
  const verification = await findLinked(req)
  if (!verification) return refuseLink(res, LINK_IS_OVER)
  if (!(await mustProve(req, verification))) return complete(req, res, verification)
  if (req.body?.unknown) return chooseNewPassword(req, res, verification)

  const form = parseForm(PasswordForm, req.body)
  if (!form.ok) return show(res.status(422), verification, true, form.view)
  const { accounts, throttle, visitOf } = servicesOf(req)
  const typed = { ...form.data, ...visitOf(req) }
  const limits = linkPasswordLimits(verification.id)
  const isRight = await throttle.attempt(limits, () => knowsPassword(accounts, verification, typed))
  if (!isRight) {
    const wrong = rejectForm(form, 'password', 'Wrong password.')
    return show(res.status(422), verification, true, wrong.view)
  }
  return complete(req, res, verification)
}

async function complete(req: Request, res: Response, verification: Verification) {
  const { accounts, auth, flashes, visitOf } = servicesOf(req)
  const outcome = await completeVerification(accounts, verification, visitOf(req).browser)
  link.forget(req, res)
  if (outcome !== 'verified') return refuseLink(res, PROBLEMS[outcome])
  flashes.add(req, res, 'success', 'Your email is verified.')
  return saveThenRedirect(req, res, 303, auth.currentUser(req) ? '/dashboard' : '/login')
}

async function chooseNewPassword(req: Request, res: Response, verification: Verification) {
  const { accounts, flashes, settings, visitOf } = servicesOf(req)
  const outcome = await startOver(accounts, verification, visitOf(req).browser)
  if (typeof outcome === 'string') return refuseLink(res, PROBLEMS[outcome])
  flashes.add(req, res, 'info', 'Choose a new password. Everything made under the old one ends.')
  link.handOver(req, res, '/reset-password', tokenOf(settings.secrets, outcome.linkId))
  return res.redirect(303, '/reset-password')
}

const PROBLEMS = {
  used: LINK_IS_OVER,
  'email-taken': 'That email belongs to another account by now.',
  'username-taken': 'That user name was taken meanwhile. Register again with another one.',
}

function findLinked(req: Request): Promise<Verification | null> | null {
  const id = link.idOf(req)
  return id === null ? null : findVerification(servicesOf(req).accounts, id)
}

// An impostor may have registered with this email and a password of their own, to wait for its user. A
// browser that registered or logged in chose or knows the password; any other is asked for it.
async function mustProve(req: Request, verification: Verification): Promise<boolean> {
  if (verification.kind === 'new-email') return false
  const { auth, database, visitOf } = servicesOf(req)
  const { deviceTokens } = visitOf(req)
  if (verification.kind === 'registration')
    return !deviceTokens.some((each) => hashToken(each) === verification.pending.deviceTokenHash)
  const { userId } = verification.link
  if (auth.currentUser(req)?.id === userId) return false
  return !(await isKnownDevice(database, userId, deviceTokens))
}

function refuseLink(res: Response, linkProblem: string, status = 422) {
  res.status(status).render('verify-email', { linkProblem })
}

function show(res: Response, { id, email }: Verification, mustProve: boolean, form: FormView) {
  res.render('verify-email', { link: id, email, mustProve, form })
}
