import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { requestVerification } from '../accounts/email-addresses.ts'
import { Email } from '../accounts/identifiers.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import { refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { admitMail } from '../throttle/limits.ts'
import { sayWhereMailGoes } from './mail-words.ts'

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

async function resend(req: Request, res: Response, next: NextFunction) {
  const services = servicesOf(req)
  const form = parseForm(ResendForm, req.body)
  if (!form.ok) return show(res.status(422), form.view)

  const admission = await admitMail(services, req, form.data.email)
  if (!admission.ok) return refuseTooMany(next, admission)

  await requestVerification(services.accounts, form.data.email)
  // The same words for known and unknown emails.
  const message = 'If that email waits to be verified, a new link is on its way to it.'
  services.flashes.add(req, res, 'info', message + sayWhereMailGoes(services.settings))
  return res.redirect(303, '/resend-verification')
}

function show(res: Response, form: FormView) {
  res.render('resend-verification', { form })
}
