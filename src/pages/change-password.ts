import type { Request, Response } from 'express'
import type { Page } from '../http/page.ts'

/** Where password managers look for the page that changes a password (W3C change-password-url). */
export const changePasswordPage: Page = {
  path: '/.well-known/change-password',
  for: 'all',
  get: [showTheWay],
}

function showTheWay(_req: Request, res: Response) {
  res.redirect(302, '/account/password')
}
