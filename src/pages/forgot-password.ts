import type { Request, Response } from 'express'
import { z } from 'zod'
import { LINK_LIFETIMES } from '../accounts/email-links.ts'
import { Email } from '../accounts/identifiers.ts'
import { requestReset } from '../accounts/passwords.ts'
import { loginUrl } from '../auth/next.ts'
import { minutes } from '../durations.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import { networkOf } from '../http/network.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { limitsOf } from '../throttle/budgets.ts'

const MINUTES = LINK_LIFETIMES['reset-password'] / minutes(1)

const ForgotForm = z.object({ email: Email })

export const forgotPasswordPage: Page = {
  path: '/forgot-password',
  for: 'all',
  get: [showForgot],
  post: [forgot],
}

function showForgot(req: Request, res: Response) {
  show(req, res, blankForm())
}

async function forgot(req: Request, res: Response) {
  const { accounts, mailHints, nextOf, redirectWith, throttle, visitOf } = servicesOf(req)
  const form = parseForm(ForgotForm, req.body)
  if (!form.ok) return show(req, res.status(422), form.view)

  await throttle.count(limitsOf('email', { network: networkOf(req) }))
  await requestReset(accounts, form.data.email, visitOf(req))
  // The same words for known and unknown emails.
  const path = loginUrl('/forgot-password', nextOf(req))
  return redirectWith(req, res, path, 'info', 'forgot-password.sent', ...mailHints)
}

function show(req: Request, res: Response, form: FormView) {
  const next = servicesOf(req).nextOf(req)
  res.render('forgot-password', { form, minutes: MINUTES, next })
}
