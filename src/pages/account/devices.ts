import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { readSession } from '../../auth/express-session.ts'
import { HttpError } from '../../http/http-error.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'
import { listDevices, revokeDevice, revokeOtherDevices } from '../../sessions/device-list.ts'
import { limitsOf } from '../../throttle/budgets.ts'
import { text } from '../../words/words.ts'

// PostgreSQL fails on a path with a NUL in it, where SQLite finds nothing.
const DeviceId = z.uuid()

// Fresh: a stolen session could otherwise log its user out over and over.
export const devicesPages: Page[] = [
  { path: '/account/devices', for: 'logged-in', get: [showDevices] },
  {
    path: '/account/devices/:id/revoke',
    for: 'fresh',
    does: text('devices.does-log-out-one'),
    post: [revoke],
  },
  {
    path: '/account/devices/revoke-others',
    for: 'fresh',
    does: text('devices.does-log-out-others'),
    post: [revokeOthers],
  },
]

async function showDevices(req: Request, res: Response) {
  const { accounts, auth } = servicesOf(req)
  const currentId = readSession(req).login?.deviceId ?? null
  const devices = await listDevices(accounts, auth.loggedInUser(req), currentId)
  res.render('account/devices', { devices })
}

async function revoke(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, principalOf, redirectWith, throttle, visitOf } = servicesOf(req)
  const id = DeviceId.safeParse(req.params.id)
  if (!id.success) return next(new HttpError(404))
  await throttle.count(limitsOf('revocation', principalOf(req)))
  const user = auth.loggedInUser(req)
  const wasGood = await revokeDevice(accounts, user, id.data, visitOf(req))
  const message = wasGood ? 'devices.logged-out' : 'devices.logged-out-already'
  return redirectWith(req, res, '/account/devices', wasGood ? 'success' : 'info', message)
}

async function revokeOthers(req: Request, res: Response, next: NextFunction) {
  const { accounts, auth, principalOf, redirectWith, throttle, visitOf } = servicesOf(req)
  await throttle.count(limitsOf('revocation', principalOf(req)))
  const user = await revokeOtherDevices(accounts, auth.loggedInUser(req), visitOf(req))
  if (!user) return auth.unauthorized(req, res, next)
  await auth.renewLogin(req, res, user)
  return redirectWith(req, res, '/account/devices', 'success', 'devices.others-logged-out')
}
