import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import type { LinkWithUser } from '../accounts/email-links.ts'
import { isBusy } from '../accounts/hash-queue.ts'
import { resetPassword } from '../accounts/password-reset.ts'
import { describeBrowser } from '../http/browsers.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import { hangUpOf } from '../http/hang-up.ts'
import { refuseBusy, refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { admitReset } from '../throttle/limits.ts'
import { createMailedLink, LINK_IS_OVER } from './mailed-link.ts'
import { demandGoodPassword, newPasswordFields } from './new-password-fields.ts'

const ResetFields = z.object(newPasswordFields)

export function resetPasswordPage(services: Services): Page {
  const { accounts, flashes, limitHashing } = services
  const mailed = createMailedLink(services, '/reset-password', ['reset-password'])
  return {
    path: '/reset-password',
    for: 'all',
    get: [mailed.takeToken, showReset],
    post: [limitHashing, reset],
  }

  async function showReset(req: Request, res: Response) {
    show(res, await mailed.findLink(req), blankForm())
  }

  async function reset(req: Request, res: Response, next: NextFunction) {
    const link = await mailed.findLink(req)
    if (!link) return refuse(res, null, blankForm())
    const owner = { ...accounts.passwordRules, ...link.user }
    const form = parseForm(
      demandGoodPassword(ResetFields, () => owner),
      req.body,
    )
    if (!form.ok) return refuse(res, link, form.view)

    const admission = await admitReset(services, link)
    if (!admission.ok) return refuseTooMany(next, admission)

    const password = { ...form.data, browser: describeBrowser(req), signal: hangUpOf(req) }
    const wasFirst = await resetPassword(accounts, link, password)
    if (isBusy(wasFirst)) return refuseBusy(res, next, { ...wasFirst, admission })
    mailed.forget(req, res)
    if (!wasFirst) return refuse(res, null, blankForm())
    await admission.refund()
    nameEvent(res, 'authn_password_change', link.userId)
    flashes.add(req, res, 'success', 'Your new password is set. Log in with it.')
    return res.redirect(303, '/login')
  }

  function refuse(res: Response, link: LinkWithUser | null, form: FormView) {
    res.status(422)
    show(res, link, form)
  }

  function show(res: Response, link: LinkWithUser | null, form: FormView) {
    const passwordMinLength = accounts.passwordRules.minLength
    const about = link
      ? { link: link.id, username: link.user.username }
      : { linkProblem: LINK_IS_OVER }
    res.render('reset-password', { form, passwordMinLength, ...about })
  }
}
