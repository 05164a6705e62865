import type { Request, Response } from 'express'
import { z } from 'zod'
import { requestVerification } from '../accounts/email-addresses.ts'
import { Email } from '../accounts/identifiers.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import { networkOf } from '../http/network.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { limitsOf } from '../throttle/budgets.ts'

const ResendForm = z.object({ email: Email })

/** For users who cannot log in yet, as their email is not verified. */
export const resendVerificationPage: Page = {
  path: '/resend-verification',
  for: 'logged-out',
  get: [showResend],
  post: [resend],
}

function showResend(_req: Request, res: Response) {
  show(res, blankForm())
}

async function resend(req: Request, res: Response) {
  const { accounts, mailHints, redirectWith, throttle, visitOf } = servicesOf(req)
  const form = parseForm(ResendForm, req.body)
  if (!form.ok) return show(res.status(422), form.view)

  await throttle.count(limitsOf('email', { network: networkOf(req) }))
  await requestVerification(accounts, form.data.email, visitOf(req))
  // The same words for known and unknown emails.
  const said = ['resend-verification.sent' as const, ...mailHints]
  return redirectWith(req, res, '/resend-verification', 'info', ...said)
}

function show(res: Response, form: FormView) {
  res.render('resend-verification', { form })
}
