import type { Request, Response } from 'express'
import { z } from 'zod'
import { loadCommonPasswords } from '../accounts/common-passwords.ts'
import { Email, Username } from '../accounts/identifiers.ts'
import {
  type NewUser,
  registerUser,
  reserveRegistration,
  type Taken,
} from '../accounts/registration.ts'
import { displayNameOf, type User } from '../accounts/users.ts'
import { loginUrl } from '../auth/next.ts'
import { seconds } from '../durations.ts'
import { type AcceptedForm, blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import { networkOf } from '../http/network.ts'
import type { Page } from '../http/page.ts'
import { type Services, servicesOf } from '../services.ts'
import { hashToken } from '../sessions/devices.ts'
import { limitsOf } from '../throttle/budgets.ts'
import type { Key } from '../words/words.ts'
import { showFormAgain } from './form-again.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const RegisterFields = z.object({ username: Username, email: Email, ...newPasswordFields })

type RegisterForm = AcceptedForm<z.infer<typeof RegisterFields>>

const TAKEN: Record<Taken, { field: string; text: Key }> = {
  'username-taken': { field: 'username', text: 'username.taken' },
  'email-taken': { field: 'email', text: 'email.taken' },
}

/** Not served where registration is closed. */
export const registerPage: Page = {
  path: '/register',
  for: 'logged-out',
  hashes: true,
  get: [showRegister],
  post: [register],
  onForgery: showFormAgain(show),
}

function showRegister(req: Request, res: Response) {
  show(req, res, blankForm())
  // Ready before the form comes back, rather than while its sender waits, but after the style of the page is sent.
  setTimeout(loadCommonPasswords, seconds(1)).unref()
}

async function register(req: Request, res: Response) {
  const services = servicesOf(req)
  const form = parseForm(schemaFor(services), req.body)
  if (!form.ok) return show(req, res.status(422), form.view)

  const limits = limitsOf('registration', { network: networkOf(req) })
  const wanted = { ...form.data, ...services.visitOf(req) }
  const outcome = await services.throttle.attempt(limits, () => registerOrReserve(req, res, wanted))
  if (outcome === 'reserved') return sendToMailbox(req, res, form.data.email)
  if (typeof outcome === 'string') return refuseTaken(req, res, form, outcome)
  return welcome(req, res, outcome)
}

async function registerOrReserve(
  req: Request,
  res: Response,
  wanted: NewUser,
): Promise<User | Taken | 'reserved'> {
  const { accounts, identify, settings } = servicesOf(req)
  if (settings.registration !== 'verified') return registerUser(accounts, wanted)
  const deviceTokenHash = hashToken(identify(req, res))
  return reserveRegistration(accounts, { ...wanted, deviceTokenHash })
}

function schemaFor({ accounts }: Services) {
  return demandGoodPassword(RegisterFields, (fields) => ({ ...accounts.passwordRules, ...fields }))
}

async function welcome(req: Request, res: Response, user: User) {
  const { auth, mailHints, nextOf, redirectWith } = servicesOf(req)
  await auth.logIn(req, res, user, { startedBy: 'registration' })
  const { email } = user
  const welcome = ['register.welcome', { name: displayNameOf(user), email }] as const
  const path = nextOf(req) ?? '/dashboard'
  return redirectWith(req, res, path, 'success', welcome, ...mailHints)
}

// The same words whether or not the email has an account.
function sendToMailbox(req: Request, res: Response, email: string) {
  const { mailHints, nextOf, redirectWith } = servicesOf(req)
  const almostDone = ['register.almost-done', { email }] as const
  return redirectWith(req, res, loginUrl('/login', nextOf(req)), 'info', almostDone, ...mailHints)
}

function refuseTaken(req: Request, res: Response, form: RegisterForm, taken: Taken) {
  const { field, text } = TAKEN[taken]
  show(req, res.status(422), rejectForm(form, field, text).view)
}

function show(req: Request, res: Response, form: FormView) {
  const { accounts, nextOf } = servicesOf(req)
  const passwordMinLength = accounts.passwordRules.minLength
  res.render('register', { form, passwordMinLength, next: nextOf(req) })
}
