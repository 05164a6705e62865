import type { NextFunction, Request, Response } from 'express'
import type { ForgeryError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'

export const logoutPage: Page = {
  path: '/logout',
  for: 'all',
  get: [showLogout],
  post: [logOut],
  onForgery: logOutAllTheSame,
}

function showLogout(_req: Request, res: Response) {
  res.render('logout')
}

async function logOut(req: Request, res: Response) {
  const { auth, cookies, redirectWith } = servicesOf(req)
  // First: this browser is logged out even where the database refuses to write. A 503 then does not say that
  // nothing was changed.
  res.locals.changes = null
  if (cookies.session.read(req) !== null) cookies.session.clear(res)
  await auth.logOut(req, res)
  return redirectWith(req, res, '/login', 'success', 'logout.done')
}

// A tab whose session has ended meanwhile has a stale token, and its reader still wants to be
// logged out. Another site must not be able to log out a live session.
function logOutAllTheSame(error: ForgeryError, req: Request, res: Response, next: NextFunction) {
  const isOurs = !error.isCrossSite && (saysItIsOurs(req) || !hasLiveSession(req))
  return isOurs ? logOut(req, res) : next(error)
}

// Over plain http a browser sends Origin only. Both were compared before this is asked.
function saysItIsOurs(req: Request): boolean {
  const isOrigin = req.get('origin') === servicesOf(req).settings.appUrl
  return isOrigin || req.get('sec-fetch-site') === 'same-origin'
}

// A session that the remember cookie has only now restored was not alive.
function hasLiveSession(req: Request): boolean {
  const { auth, cookies } = servicesOf(req)
  return !req.endedSession && cookies.session.read(req) !== null && auth.currentUser(req) !== null
}
