import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import {
  findPendingEmail,
  keepEmail,
  requestNewEmail,
  resendVerification,
} from '../accounts/email-addresses.ts'
import { Email, emailKeyOf, Name, usernameKeyOf, usernameOrKept } from '../accounts/identifiers.ts'
import { changeProfile } from '../accounts/profile.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { type AcceptedForm, blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { emailLimits, type Limit, profileLimits, usernameLimits } from '../throttle/limits.ts'
import { sayWhereMailGoes } from './mail-words.ts'

const profileFormOf = (username: string) =>
  z.object({
    name: Name.default(''),
    username: usernameOrKept(username),
    email: Email,
  })

type ProfileForm = z.infer<ReturnType<typeof profileFormOf>>

type ReadForm = AcceptedForm<ProfileForm>

export function accountPages(services: Services): Page[] {
  const { accounts, auth, flashes, memberOf, throttle, visitOf } = services
  const mailGoes = sayWhereMailGoes(services.settings)
  return [
    { path: '/account', for: 'logged-in', get: [showAccount], post: [change] },
    { path: '/account/verify-email', for: 'logged-in', post: [verifyAgain] },
    { path: '/account/keep-email', for: 'logged-in', post: [keep] },
  ]

  function showAccount(req: Request, res: Response) {
    const { name, username, email } = auth.loggedInUser(req)
    return show(req, res, blankForm({ name: name ?? '', username, email }))
  }

  async function change(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(profileFormOf(auth.loggedInUser(req).username), req.body)
    if (!form.ok) return refuse(req, res, form.view)
    // The address is where a forgotten password is reset: as good as the password itself.
    if (isNewEmail(req, form.data) && !auth.isFresh(req))
      return auth.needsRefresh(req, res, next, describeChange(req, form.data))
    return save(req, res, next, form)
  }

  // The page that asks for the password shows it: another user of this browser may have sent the form.
  function describeChange(req: Request, wanted: ProfileForm): string {
    const user = auth.loggedInUser(req)
    const changes = [`your email to ${wanted.email}`]
    if (wanted.username !== user.username) changes.push(`your user name to ${wanted.username}`)
    if (wanted.name !== (user.name ?? '')) changes.push(`your name to ${wanted.name || 'nothing'}`)
    return `Change ${changes.join(', ')}`
  }

  async function save(req: Request, res: Response, next: NextFunction, form: ReadForm) {
    await throttle.count(limitsOf(req, form.data))
    const profile = { ...form.data, browser: visitOf(req).browser }
    const changed = await changeProfile(accounts, auth.loggedInUser(req), profile)
    if (!changed) return auth.unauthorized(req, res, next)
    if (changed === 'username-taken') return refuse(req, res, rejectTaken(form))
    nameEvent(res, 'user_updated', changed.id)
    if (!isNewEmail(req, form.data)) return goBack(req, res, 'Saved.')
    await requestNewEmail(accounts, changed, form.data.email)
    const message = 'Saved. Open the link in the email to your new address.'
    return goBack(req, res, message + mailGoes)
  }

  function isNewEmail(req: Request, { email }: ProfileForm): boolean {
    return emailKeyOf(email) !== emailKeyOf(auth.loggedInUser(req).email)
  }

  function isNewUsername(req: Request, { username }: ProfileForm): boolean {
    return usernameKeyOf(username) !== usernameKeyOf(auth.loggedInUser(req).username)
  }

  function limitsOf(req: Request, wanted: ProfileForm): Limit[] {
    const member = memberOf(req)
    return [
      ...profileLimits(member),
      ...(isNewUsername(req, wanted) ? usernameLimits(member) : []),
      ...(isNewEmail(req, wanted) ? emailLimits(member.network, emailKeyOf(wanted.email)) : []),
    ]
  }

  async function keep(req: Request, res: Response) {
    await throttle.count(profileLimits(memberOf(req)))
    await keepEmail(accounts, auth.loggedInUser(req))
    return goBack(req, res, 'Your email stays as it is.')
  }

  async function verifyAgain(req: Request, res: Response) {
    const user = auth.loggedInUser(req)
    if (user.emailVerifiedAt) return goBack(req, res, 'Your email is verified already.')
    await throttle.count(emailLimits(memberOf(req).network, emailKeyOf(user.email)))
    await resendVerification(accounts, user)
    return goBack(req, res, `A new link is on its way to your email.${mailGoes}`)
  }

  function goBack(req: Request, res: Response, message: string) {
    flashes.add(req, res, 'success', message)
    return saveThenRedirect(req, res, 303, '/account')
  }

  function rejectTaken(form: ReadForm): FormView {
    return rejectForm(form, 'username', 'That user name is already taken.').view
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
