import type { Request, Response } from 'express'
import { z } from 'zod'
import {
  completeVerification,
  findVerification,
  isPasswordOfVerification,
  preferOwn,
  startOver,
  type Verification,
} from '../accounts/verification.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { hashToken, knowsBrowser } from '../sessions/devices.ts'
import { limitsOf } from '../throttle/budgets.ts'
import { text } from '../words/words.ts'
import { findPressed, MailedLink } from './mailed-link.ts'

const PasswordForm = z.object({
  password: z.string(text('password.missing')).min(1, text('password.missing')),
})

const PROBLEMS = {
  used: 'link.over',
  'email-taken': 'verify-email.email-taken',
  'username-taken': 'verify-email.username-taken',
} as const

const link = new MailedLink('/verify-email', findVerification)

export const verifyEmailPage: Page = {
  path: '/verify-email',
  for: 'all',
  hashes: true,
  get: [link.takeToken, link.withLink(showVerify)],
  post: [link.withLink(verify, finishSecondPress)],
}

async function showVerify(req: Request, res: Response, found: Verification) {
  const verification = await ofThisBrowser(req, found)
  show(res, verification, await mustProve(req, verification), blankForm())
}

async function verify(req: Request, res: Response, found: Verification) {
  const verification = await ofThisBrowser(req, found)
  if (!(await mustProve(req, verification))) return complete(req, res, verification)
  if (req.body?.unknown) return chooseNewPassword(req, res, verification)
  return prove(req, res, verification)
}

function ofThisBrowser(req: Request, found: Verification): Promise<Verification> {
  const { accounts, visitOf } = servicesOf(req)
  return preferOwn(accounts, found, visitOf(req).deviceTokens.map(hashToken))
}

// An impostor may have registered with this email and a password of their own, to wait for its user. A
// browser that registered or logged in chose or knows the password; any other is asked for it.
async function mustProve(req: Request, verification: Verification): Promise<boolean> {
  const { auth, database, visitOf } = servicesOf(req)
  if (verification.kind === 'new-email') return false
  if (verification.kind === 'first-email' && auth.currentUser(req)?.id === verification.link.userId)
    return false
  return !(await knowsBrowser(database, verification, visitOf(req).deviceTokens))
}

async function prove(req: Request, res: Response, verification: Verification) {
  const { accounts, throttle, visitOf } = servicesOf(req)
  const form = parseForm(PasswordForm, req.body)
  if (!form.ok) return show(res.status(422), verification, true, form.view)

  const { client } = visitOf(req)
  const isRight = await throttle.attempt(
    limitsOf('password-of-link', { link: verification.id }),
    () => isPasswordOfVerification(accounts, verification, form.data.password, client),
  )
  if (isRight) return complete(req, res, verification)
  const wrong = rejectForm(form, 'password', 'password.wrong')
  return show(res.status(422), verification, true, wrong.view)
}

async function complete(req: Request, res: Response, verification: Verification) {
  const { accounts, visitOf } = servicesOf(req)
  const outcome = await completeVerification(accounts, verification, visitOf(req))
  if (outcome === 'verified') return sayVerified(req, res)
  if (outcome === 'used') return finishSecondPress(req, res)
  link.forget(req, res)
  return link.refuse(req, res, PROBLEMS[outcome])
}

function sayVerified(req: Request, res: Response) {
  const { auth, redirectWith } = servicesOf(req)
  link.forget(req, res)
  const path = auth.currentUser(req) ? '/dashboard' : '/login'
  return redirectWith(req, res, path, 'success', 'verify-email.done')
}

async function finishSecondPress(req: Request, res: Response) {
  const used = await findPressed(req, ['verify-email', 'verify-new-email'])
  if (req.body?.unknown && (await link.handOverAgain(req, res, '/reset-password', used)))
    return goToReset(req, res)
  return used ? sayVerified(req, res) : link.refuse(req, res)
}

async function chooseNewPassword(req: Request, res: Response, verification: Verification) {
  const { accounts, visitOf } = servicesOf(req)
  const outcome = await startOver(accounts, verification, visitOf(req))
  if (outcome === 'used') return finishSecondPress(req, res)
  if (typeof outcome === 'string') return link.refuse(req, res, PROBLEMS[outcome])
  link.handOver(req, res, '/reset-password', outcome.linkId)
  return goToReset(req, res)
}

function goToReset(req: Request, res: Response) {
  const { redirectWith } = servicesOf(req)
  return redirectWith(req, res, '/reset-password', 'info', 'verify-email.choose-password')
}

function show(
  res: Response,
  { id, email, name }: Verification,
  mustProve: boolean,
  form: FormView,
) {
  res.render('verify-email', { link: id, email, name, mustProve, form })
}
