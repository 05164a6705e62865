import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import {
  findPendingEmail,
  keepEmail,
  requestNewEmail,
  requestVerification,
} from '../accounts/email-addresses.ts'
import { Email, emailKeyOf, Name, usernameKeyOf, usernameOrKept } from '../accounts/identifiers.ts'
import { changeProfile, changesOf, type Profile, profileOf } from '../accounts/profile.ts'
import type { User } from '../accounts/users.ts'
import type { FormToKeep } from '../auth/interrupted-post.ts'
import { type AcceptedForm, blankForm, type FormView, parseForm, rejectForm } from '../http/form.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { type Limit, limitsOf, type Principal } from '../throttle/budgets.ts'
import { findTimeZone, listTimeZones } from '../words/times.ts'
import { type Text, text } from '../words/words.ts'

const TimeZone = z
  .string()
  .transform((name) => name && findTimeZone(name))
  .pipe(z.string())

const profileFormOf = (username: string, languages: string[]) =>
  z.object({
    name: Name,
    username: usernameOrKept(username),
    email: Email,
    language: z.enum(['', ...languages]),
    timeZone: TimeZone,
  })

export const accountPages: Page[] = [
  { path: '/account', for: 'logged-in', get: [showAccount], post: [change] },
  { path: '/account/verify-email', for: 'logged-in', post: [verifyAgain] },
  { path: '/account/keep-email', for: 'logged-in', post: [keep] },
]

function showAccount(req: Request, res: Response) {
  return show(req, res, blankForm(profileOf(servicesOf(req).auth.loggedInUser(req))))
}

async function change(req: Request, res: Response, next: NextFunction) {
  const { auth, catalogue } = servicesOf(req)
  const user = auth.loggedInUser(req)
  // A field that was not sent stays as it is.
  const sent = { ...profileOf(user), ...req.body }
  const form = parseForm(profileFormOf(user.username, catalogue.languages), sent)
  if (!form.ok) return show(req, res.status(422), form.view)
  // The email is where a forgotten password is reset, and the old user name can be taken by others.
  if ((isNewEmail(user, form.data) || isNewUsername(user, form.data)) && !auth.isFresh(req))
    return auth.needsRefresh(req, res, next, describeChange(changesOf(user, form.data)))
  return save(req, res, next, form)
}

// The page that asks for the password shows it, and no more than that is done: another user of this browser
// may have sent the form, and the account may be changed elsewhere before it is resumed.
function describeChange(fields: Partial<Profile>): FormToKeep {
  const { name, username, email, language, timeZone } = fields
  const isMoved = email !== undefined
  const changesUsername = username === undefined ? 'no' : isMoved ? 'also' : 'yes'
  const changesName = name === undefined ? 'no' : name ? 'yes' : 'removed'
  const changesPlace = language === undefined && timeZone === undefined ? 'no' : 'yes'
  const changesEmail = isMoved ? 'yes' : 'no'
  const changes = { changesEmail, changesUsername, changesName, changesPlace }
  return { fields, does: text(['account.change', { ...fields, ...changes }]) }
}

async function save(req: Request, res: Response, next: NextFunction, form: AcceptedForm<Profile>) {
  const { accounts, auth, mailHints, principalOf, throttle, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  await throttle.count(limitsFor(principalOf(req), user, form.data))
  const by = visitOf(req)
  const changed = await changeProfile(accounts, user, form.data, by)
  if (!changed) return auth.unauthorized(req, res, next)
  if (changed === 'username-taken') return refuseTaken(req, res, form)
  if (changed.language !== user.language) keepLanguage(req, res, changed.language)
  if (!isNewEmail(user, form.data)) return goBack(req, res, 'account.saved')

  const isSent = await requestNewEmail(accounts, changed, form.data.email, by)
  if (!isSent) return auth.unauthorized(req, res, next)
  const { email } = form.data
  const saved = ['account.saved-open-link', { email }] as const
  return goBack(req, res, saved, ...mailHints)
}

// For the pages of this browser that do not know the user.
function keepLanguage(req: Request, res: Response, language: string | null) {
  const cookie = servicesOf(req).cookies.language
  if (language === null) cookie.clear(res)
  else cookie.write(res, language)
}

function limitsFor(principal: Principal, user: User, wanted: Profile): Limit[] {
  const emailKey = emailKeyOf(wanted.email)
  return [
    ...limitsOf('profile', principal),
    ...(isNewUsername(user, wanted) ? limitsOf('new-username', principal) : []),
    ...(isNewEmail(user, wanted) ? limitsOf('new-email', { ...principal, emailKey }) : []),
  ]
}

function isNewEmail(user: User, { email }: Profile): boolean {
  return emailKeyOf(email) !== emailKeyOf(user.email)
}

function isNewUsername(user: User, { username }: Profile): boolean {
  return usernameKeyOf(username) !== usernameKeyOf(user.username)
}

function refuseTaken(req: Request, res: Response, form: AcceptedForm<Profile>) {
  const taken = rejectForm(form, 'username', 'username.taken')
  return show(req, res.status(422), taken.view)
}

async function verifyAgain(req: Request, res: Response) {
  const { accounts, auth, mailHints, principalOf, throttle, visitOf } = servicesOf(req)
  const user = auth.loggedInUser(req)
  if (user.emailVerifiedAt) return goBack(req, res, 'account.verified-already')
  await throttle.count(limitsOf('verification', principalOf(req)))
  await requestVerification(accounts, user.email, visitOf(req))
  return goBack(req, res, 'account.link-on-its-way', ...mailHints)
}

async function keep(req: Request, res: Response) {
  const { accounts, auth, principalOf, throttle } = servicesOf(req)
  await throttle.count(limitsOf('profile', principalOf(req)))
  const wasWaiting = await keepEmail(accounts, auth.loggedInUser(req))
  return goBack(req, res, wasWaiting ? 'account.email-kept' : 'account.no-change-waiting')
}

function goBack(req: Request, res: Response, ...texts: Text[]) {
  return servicesOf(req).redirectWith(req, res, '/account', 'success', ...texts)
}

async function show(req: Request, res: Response, form: FormView) {
  const { accounts, auth, catalogue } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const pendingEmail = await findPendingEmail(accounts, user)
  const emailVerified = user.emailVerifiedAt !== null
  const languages = catalogue.languages.map(catalogue.wordsOf)
  res.render('account', {
    ...{ form, pendingEmail, emailVerified },
    ...{ languages, timeZones: listTimeZones() },
  })
}
