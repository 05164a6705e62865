import type { Request, Response } from 'express'
import { tokenOf } from '../accounts/email-link-tokens.ts'
import { undoAddress } from '../accounts/undo-email.ts'
import { describeBrowser } from '../http/browsers.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { createMailedLink, LINK_IS_OVER } from './mailed-link.ts'

/** Where the mail to an old address leads: somebody has taken the account over, and its owner takes it back. */
export function undoEmailPage(services: Services): Page {
  const { accounts, flashes, settings } = services
  const mailed = createMailedLink(services, '/undo-email', ['undo-email'])
  return { path: '/undo-email', for: 'all', get: [mailed.takeToken, showUndo], post: [undo] }

  async function showUndo(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    res.render(
      'undo-email',
      link ? { link: link.id, email: link.email } : { linkProblem: LINK_IS_OVER },
    )
  }

  async function undo(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    const resetId = link && (await undoAddress(accounts, link, describeBrowser(req)))
    mailed.forget(req, res)
    if (!resetId) return res.status(422).render('undo-email', { linkProblem: LINK_IS_OVER })
    nameEvent(res, 'user_updated', link.userId)
    flashes.add(
      req,
      res,
      'success',
      'Your address is back, and everybody is logged out. Choose a new password.',
    )
    mailed.handOver(req, res, '/reset-password', tokenOf(settings.secrets, resetId))
    return res.redirect(303, '/reset-password')
  }
}
