import type { Request, Response } from 'express'
import { restoreAccount } from '../accounts/deletion.ts'
import { findLink, type LinkWithUser } from '../accounts/email-links.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { createMailedLink } from './mailed-link.ts'

const link = createMailedLink('/restore-account', (accounts, id) =>
  findLink(accounts, id, ['restore-account']),
)

export const restoreAccountPage: Page = {
  path: '/restore-account',
  for: 'all',
  get: [link.takeToken, link.withLink(showRestore)],
  post: [link.withLink(restore)],
}

function showRestore(_req: Request, res: Response, { id, user }: LinkWithUser) {
  res.render('restore-account', { link: id, username: user.username })
}

async function restore(req: Request, res: Response, found: LinkWithUser) {
  const { accounts, flashes, visitOf } = servicesOf(req)
  const isBack = await restoreAccount(accounts, found, visitOf(req))
  link.forget(req, res)
  if (!isBack) return link.refuse(req, res)
  flashes.add(req, res, 'success', 'Your account is back. Log in as before.')
  return res.redirect(303, '/login')
}
