import type { Request, Response } from 'express'
import { objectToUndo, undoEmailChange } from '../accounts/email-addresses.ts'
import { findLink, type LinkWithUser, tokenOf } from '../accounts/email-links.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { createMailedLink } from './mailed-link.ts'

const link = createMailedLink('/undo-email', (accounts, id) =>
  findLink(accounts, id, ['undo-email', 'object-to-undo']),
)

/** Opened by the email to a former email: its user takes the account back, or objects when the other side did. */
export const undoEmailPage: Page = {
  path: '/undo-email',
  for: 'all',
  get: [link.takeToken, link.withLink(showUndo)],
  post: [link.withLink(undoOrObject)],
}

function showUndo(_req: Request, res: Response, { id, email, purpose }: LinkWithUser) {
  res.render('undo-email', { link: id, email, isObjection: purpose === 'object-to-undo' })
}

function undoOrObject(req: Request, res: Response, found: LinkWithUser) {
  return found.purpose === 'undo-email' ? undo(req, res, found) : object(req, res, found)
}

async function undo(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, flashes, settings, visitOf } = servicesOf(req)
  const resetId = await undoEmailChange(accounts, found, visitOf(req))
  link.forget(req, res)
  if (!resetId) return link.refuse(req, res)
  const message = 'Your email is back, and every browser is logged out. Choose a new password.'
  flashes.add(req, res, 'success', message)
  link.handOver(req, res, '/reset-password', tokenOf(settings.secrets, resetId))
  return res.redirect(303, '/reset-password')
}

async function object(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, flashes, visitOf } = servicesOf(req)
  const isRecorded = await objectToUndo(accounts, found, visitOf(req))
  link.forget(req, res)
  if (!isRecorded) return link.refuse(req, res)
  flashes.add(req, res, 'info', 'Your objection is recorded. Tell the operator of this site, too.')
  return res.redirect(303, '/')
}
