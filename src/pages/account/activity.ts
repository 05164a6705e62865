import type { Request, Response } from 'express'
import { listActivity } from '../../accounts/events.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'

const MOST = 100

export const activityPage: Page = {
  path: '/account/activity',
  for: 'logged-in',
  get: [showActivity],
}

async function showActivity(req: Request, res: Response) {
  const { auth, database } = servicesOf(req)
  const events = await listActivity(database, auth.loggedInUser(req).id, MOST)
  res.render('account/activity', { events })
}
