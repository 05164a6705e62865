import type { Request, Response } from 'express'
import { z } from 'zod'
import { displayNameOf } from '../accounts/users.ts'
import { days } from '../durations.ts'
import { FORGOT_PASSWORD } from '../http/error-links.ts'
import { blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { loginLimits } from '../throttle/budgets.ts'
import { text } from '../words/words.ts'
import { showFormAgain } from './form-again.ts'

const LoginForm = z.object({
  username: z
    .string(text('login.identifier-missing'))
    .trim()
    .min(1, text('login.identifier-missing'))
    .max(254, text('login.identifier-too-long'))
    .regex(/^\P{Cc}*$/u, text('login.identifier-control-characters')),
  password: z.string(text('password.missing')).min(1, text('password.missing')),
  remember: z.string().optional(),
  next: z.string().optional(),
})

const REFUSALS = {
  // One message for both mistakes: saying which was wrong tells a stranger who has an account.
  wrong: 'login.wrong',
  // Told only after the right password.
  disabled: 'login.disabled',
  'scheduled-for-deletion': 'login.scheduled-for-deletion',
} as const

export const loginPage: Page = {
  path: '/login',
  for: 'logged-out',
  hashes: true,
  linkWhenLimited: FORGOT_PASSWORD,
  get: [showLogin],
  post: [logIn],
  onForgery: showFormAgain(show),
}

function showLogin(req: Request, res: Response) {
  show(req, res, blankForm())
}

async function logIn(req: Request, res: Response) {
  const { auth, authenticate, findLoginTarget, nextOf, redirectWith, throttle } = servicesOf(req)
  const form = parseForm(LoginForm, req.body)
  if (!form.ok) return show(req, res.status(422), form.view)

  const target = await findLoginTarget(req, form.data.username)
  const { limits, fallback } = loginLimits(target)
  const outcome = await throttle.attempt(limits, () => authenticate(req, res), fallback)
  if (!outcome?.ok) {
    const message = REFUSALS[outcome?.reason ?? 'wrong']
    return show(req, res.status(422), rejectForm(form, 'username', message).view)
  }

  await auth.logIn(req, res, outcome.user, { remember: form.data.remember === 'on' })
  const path = nextOf(req) ?? '/dashboard'
  const name = displayNameOf(outcome.user)
  return redirectWith(req, res, path, 'success', ['login.welcome-back', { name }])
}

function show(req: Request, res: Response, form: FormView) {
  const { nextOf, settings } = servicesOf(req)
  res.render('login', {
    form,
    needsVerification: settings.registration === 'verified',
    rememberDays: settings.rememberFor / days(1),
    next: nextOf(req),
  })
}
