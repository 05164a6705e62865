import type { Request, Response } from 'express'
import {
  type Confirmation,
  type Confirming,
  confirmAddress,
  knowsThePassword,
} from '../accounts/email-addresses.ts'
import { tokenOf } from '../accounts/email-link-tokens.ts'
import { saveThenRedirect } from '../auth/express-session.ts'
import { describeBrowser } from '../http/browsers.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { createMailedLink, LINK_IS_OVER } from './mailed-link.ts'

export function verifyEmailPage(services: Services): Page {
  const { accounts, auth, browsers, flashes, settings } = services
  const mailed = createMailedLink(services, '/verify-email', [
    'verify-email',
    'verify-new-email',
  ])
  return { path: '/verify-email', for: 'all', get: [mailed.takeToken, showVerify], post: [verify] }

  async function showVerify(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    if (!link) return res.render('verify-email', { linkProblem: LINK_IS_OVER })
    const mustChoose = !knowsThePassword(link, whoFollows(req))
    return res.render('verify-email', { link: link.id, email: link.email, mustChoose })
  }

  async function verify(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    if (!link) return refuse(res, LINK_IS_OVER)
    const confirmation = await confirmAddress(accounts, link, whoFollows(req))
    mailed.forget(req, res)
    if (!['used', 'taken'].includes(confirmation.kind)) nameEvent(res, 'user_updated', link.userId)
    return answer(req, res, confirmation)
  }

  function answer(req: Request, res: Response, confirmation: Confirmation) {
    if (confirmation.kind === 'used') return refuse(res, LINK_IS_OVER)
    if (confirmation.kind === 'taken')
      return refuse(res, 'That address belongs to another account by now.')
    flashes.add(req, res, 'success', 'Your email address is confirmed.')
    if (confirmation.kind === 'confirmed') {
      return saveThenRedirect(req, res, 303, auth.currentUser(req) ? '/dashboard' : '/login')
    }
    flashes.add(req, res, 'info', 'Choose a new password: the one before may not have been yours.')
    mailed.handOver(req, res, '/reset-password', tokenOf(settings.secrets, confirmation.linkId))
    return res.redirect(303, '/reset-password')
  }

  function refuse(res: Response, linkProblem: string) {
    res.status(422).render('verify-email', { linkProblem })
  }

  function whoFollows(req: Request): Confirming {
    const userId = auth.currentUser(req)?.id ?? null
    return { userId, browserId: browsers.known(req), browser: describeBrowser(req) }
  }
}
