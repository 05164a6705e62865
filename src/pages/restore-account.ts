import type { Request, Response } from 'express'
import { restoreAccount } from '../accounts/deletion.ts'
import type { Page } from '../http/page.ts'
import { nameEvent } from '../http/request-log.ts'
import { servicesOf } from '../services.ts'
import { createMailedLink, explainMissingLink } from './mailed-link.ts'

const link = createMailedLink('/restore-account')
const PURPOSES = ['restore-account'] as const

export const restoreAccountPage: Page = {
  path: '/restore-account',
  for: 'all',
  get: [link.takeToken, showRestore],
  post: [restore],
}

async function showRestore(req: Request, res: Response) {
  const found = await link.find(req, PURPOSES)
  if (!found) return refuse(res, 200)
  res.render('restore-account', { link: found.id, username: found.user.username })
}

async function restore(req: Request, res: Response) {
  const { accounts, flashes, visitOf } = servicesOf(req)
  const found = await link.find(req, PURPOSES)
  const isBack = found !== null && (await restoreAccount(accounts, found, visitOf(req).browser))
  link.forget(req, res)
  if (!isBack) return refuse(res)
  nameEvent(res, 'user_updated', found.userId)
  flashes.add(req, res, 'success', 'Your account is back. Log in as before.')
  return res.redirect(303, '/login')
}

function refuse(res: Response, status = 422) {
  res.status(status).render('restore-account', { linkProblem: explainMissingLink(res.req) })
}
