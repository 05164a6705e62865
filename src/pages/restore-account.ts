import type { Request, Response } from 'express'
import { restoreAccount } from '../accounts/deletion.ts'
import { describeBrowser } from '../http/browsers.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import type { Services } from '../services.ts'
import { createMailedLink, LINK_IS_OVER } from './mailed-link.ts'

export function restoreAccountPage(services: Services): Page {
  const { accounts, flashes } = services
  const mailed = createMailedLink(services, '/restore-account', ['restore-account'])
  return {
    path: '/restore-account',
    for: 'all',
    get: [mailed.takeToken, showRestore],
    post: [restore],
  }

  async function showRestore(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    res.render(
      'restore-account',
      link ? { link: link.id, username: link.user.username } : { linkProblem: LINK_IS_OVER },
    )
  }

  async function restore(req: Request, res: Response) {
    const link = await mailed.findLink(req)
    const isBack = link !== null && (await restoreAccount(accounts, link, describeBrowser(req)))
    mailed.forget(req, res)
    if (!isBack) return res.status(422).render('restore-account', { linkProblem: LINK_IS_OVER })
    nameEvent(res, 'user_updated', link.userId)
    flashes.add(req, res, 'success', 'Your account is back. Log in as before.')
    return res.redirect(303, '/login')
  }
}
