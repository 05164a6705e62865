import type { Request, Response } from 'express'
import { objectToUndo, undoEmailChange } from '../accounts/email-addresses.ts'
import { findLink, type LinkWithUser } from '../accounts/email-links.ts'
import { displayNameOf } from '../accounts/users.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { findPressed, MailedLink } from './mailed-link.ts'

const link = new MailedLink('/undo-email', (accounts, id) =>
  findLink(accounts, id, ['undo-email', 'object-to-undo']),
)

/** Opened by the email to a former email: its user takes the account back, or objects when the other side did. */
export const undoEmailPage: Page = {
  path: '/undo-email',
  for: 'all',
  get: [link.takeToken, link.withLink(showUndo)],
  post: [link.withLink(undoOrObject, finishSecondPress)],
}

function showUndo(_req: Request, res: Response, { id, email, user, purpose }: LinkWithUser) {
  const isObjection = purpose === 'object-to-undo'
  res.render('undo-email', { link: id, email, name: displayNameOf(user), isObjection })
}

function undoOrObject(req: Request, res: Response, found: LinkWithUser) {
  return found.purpose === 'undo-email' ? undo(req, res, found) : object(req, res, found)
}

async function undo(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, visitOf } = servicesOf(req)
  const resetId = await undoEmailChange(accounts, found, visitOf(req))
  if (!resetId) return finishSecondPress(req, res)
  link.handOver(req, res, '/reset-password', resetId)
  return goToReset(req, res)
}

function goToReset(req: Request, res: Response) {
  return servicesOf(req).redirectWith(req, res, '/reset-password', 'success', 'undo-email.done')
}

async function object(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, visitOf } = servicesOf(req)
  const isRecorded = await objectToUndo(accounts, found, visitOf(req))
  return isRecorded ? sayObjected(req, res) : finishSecondPress(req, res)
}

function sayObjected(req: Request, res: Response) {
  link.forget(req, res)
  return servicesOf(req).redirectWith(req, res, '/', 'info', 'undo-email.objected')
}

async function finishSecondPress(req: Request, res: Response) {
  const undone = await findPressed(req, ['undo-email'])
  if (await link.handOverAgain(req, res, '/reset-password', undone)) return goToReset(req, res)
  if (await findPressed(req, ['object-to-undo'])) return sayObjected(req, res)
  return link.refuse(req, res)
}
