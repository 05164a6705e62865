import type { Request, Response } from 'express'
import { type Confirmation, confirmAddress } from '../accounts/addresses.ts'
import { tokenOf } from '../accounts/link-tokens.ts'
import type { LinkWithUser } from '../accounts/links.ts'
import { describeBrowser } from '../http/browsers.ts'
import type { Page } from '../http/page.ts'
import { saveThenRedirect } from '../http/session.ts'
import type { Rooms } from '../rooms.ts'
import { createLinkDoor, LINK_IS_OVER } from './link-door.ts'

export function verifyEmailPage(rooms: Rooms): Page {
  const { accounts, browsers, flashes, settings } = rooms
  const door = createLinkDoor(rooms, '/verify-email', ['confirm-address', 'confirm-new-address'])
  return { path: '/verify-email', get: [door.takeToken, showVerify], post: [verify] }

  async function showVerify(req: Request, res: Response) {
    show(res, await door.findLink(req))
  }

  async function verify(req: Request, res: Response) {
    const link = await door.findLink(req)
    if (!link) return refuse(res, LINK_IS_OVER)
    const who = { browserId: browsers.known(req), browser: describeBrowser(req) }
    const confirmation = await confirmAddress(accounts, link, who)
    door.forget(req, res)
    return answer(req, res, confirmation)
  }

  function answer(req: Request, res: Response, confirmation: Confirmation) {
    if (confirmation.kind === 'used') return refuse(res, LINK_IS_OVER)
    if (confirmation.kind === 'taken')
      return refuse(res, 'That address belongs to another account by now.')
    flashes.add(req, res, 'success', 'Your email address is confirmed.')
    if (confirmation.kind === 'confirmed') {
      return saveThenRedirect(req, res, 303, req.user ? '/dashboard' : '/login')
    }
    flashes.add(req, res, 'info', 'Choose a new password: the one before may not have been yours.')
    door.handOver(req, res, '/reset-password', tokenOf(settings.secrets, confirmation.linkId))
    return res.redirect(303, '/reset-password')
  }

  function refuse(res: Response, linkProblem: string) {
    res.status(422).render('verify-email', { linkProblem })
  }

  function show(res: Response, link: LinkWithUser | null) {
    res.render('verify-email', link ? { email: link.email } : { linkProblem: LINK_IS_OVER })
  }
}
