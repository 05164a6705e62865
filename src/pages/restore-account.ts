import type { Request, Response } from 'express'
import { restoreAccount } from '../accounts/deletion.ts'
import { findLink, type LinkWithUser } from '../accounts/email-links.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { findPressed, MailedLink } from './mailed-link.ts'

const link = new MailedLink('/restore-account', (accounts, id) =>
  findLink(accounts, id, ['restore-account']),
)

export const restoreAccountPage: Page = {
  path: '/restore-account',
  for: 'all',
  get: [link.takeToken, link.withLink(showRestore)],
  post: [link.withLink(restore, finishSecondPress)],
}

function showRestore(_req: Request, res: Response, { id, user }: LinkWithUser) {
  res.render('restore-account', { link: id, username: user.username })
}

async function restore(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, visitOf } = servicesOf(req)
  const isBack = await restoreAccount(accounts, found, visitOf(req))
  return isBack ? goToLogin(req, res) : finishSecondPress(req, res)
}

async function finishSecondPress(req: Request, res: Response) {
  if (await findPressed(req, ['restore-account'])) return goToLogin(req, res)
  return link.refuse(req, res)
}

function goToLogin(req: Request, res: Response) {
  link.forget(req, res)
  return servicesOf(req).redirectWith(req, res, '/login', 'success', 'restore-account.done')
}
