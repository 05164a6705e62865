import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import type { User } from '../accounts/accounts.ts'
import { askForNewAddress, askToConfirmAgain } from '../accounts/addresses.ts'
import { Email, emailKeyOf, Username } from '../accounts/identifiers.ts'
import { changeProfile, findPendingEmail, keepEmail } from '../accounts/profile.ts'
import { describeBrowser } from '../http/browsers.ts'
import { type AcceptedForm, blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import { refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { saveThenRedirect } from '../http/session.ts'
import type { Rooms } from '../rooms.ts'
import { admitMail } from './attempts.ts'
import { sayWhereMailGoes } from './mail-words.ts'

const ProfileForm = z.object({
  name: z
    .string()
    .trim()
    .max(100, 'Use at most 100 characters for the name.')
    .regex(/^\P{Cc}*$/u, 'Use no control characters in the name.')
    .default(''),
  username: Username,
  email: Email,
})

type ProfileForm = z.infer<typeof ProfileForm>

export function accountPages(rooms: Rooms): Page[] {
  const { accounts, auth, flashes } = rooms
  const mailGoes = sayWhereMailGoes(rooms.settings)
  return [
    { path: '/account', get: [auth.requireLogin, showAccount], post: [auth.requireLogin, change] },
    { path: '/account/confirm-email', post: [auth.requireLogin, confirmAgain] },
  ]

  function showAccount(req: Request, res: Response) {
    const { name, username, email } = auth.loggedInUser(req)
    return show(req, res, blankForm({ name, username, email }))
  }

  async function change(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(ProfileForm, req.body)
    if (!form.ok) return refuse(req, res, form.view)
    const user = auth.loggedInUser(req)
    const isNewEmail = emailKeyOf(form.data.email) !== emailKeyOf(user.email)
    // The address is where a forgotten password is reset: as good as the password itself.
    if (isNewEmail && !auth.isFresh(req)) return auth.needsRefresh(req, res, next)
    if (isNewEmail) {
      const admission = await admitMail(rooms, req, form.data.email)
      if (!admission.ok) return refuseTooMany(next, admission)
    }
    return save(req, res, user, form, isNewEmail)
  }

  async function save(
    req: Request,
    res: Response,
    user: User,
    form: AcceptedForm<ProfileForm>,
    isNewEmail: boolean,
  ) {
    const profile = { ...form.data, browser: describeBrowser(req) }
    const changed = await changeProfile(accounts, user, profile)
    if (changed === 'username-taken') {
      return refuse(req, res, rejectForm(form, 'username', 'That user name is already taken.').view)
    }
    if (isNewEmail) await askForNewAddress(accounts, changed, form.data.email)
    else await keepEmail(accounts, changed)
    const message = isNewEmail ? 'Saved. Open the link in the mail to your new address.' : 'Saved.'
    flashes.add(req, res, 'success', isNewEmail ? message + mailGoes : message)
    return saveThenRedirect(req, res, 303, '/account')
  }

  async function confirmAgain(req: Request, res: Response, next: NextFunction) {
    const user = auth.loggedInUser(req)
    const admission = await admitMail(rooms, req, user.email)
    if (!admission.ok) return refuseTooMany(next, admission)
    await askToConfirmAgain(accounts, user, rooms.browsers.identify(req, res))
    flashes.add(req, res, 'info', `A new link is on its way to your address.${mailGoes}`)
    return saveThenRedirect(req, res, 303, '/account')
  }

  function refuse(req: Request, res: Response, form: FormView) {
    res.status(422)
    return show(req, res, form)
  }

  async function show(req: Request, res: Response, form: FormView) {
    const user = auth.loggedInUser(req)
    const pendingEmail = await findPendingEmail(accounts, user)
    res.render('account', { form, pendingEmail, emailVerified: user.emailVerifiedAt !== null })
  }
}
