import type { Request, Response } from 'express'
import { listActivity } from '../../accounts/events.ts'
import type { Page } from '../../http/page.ts'
import type { Services } from '../../services.ts'

const MOST = 100

export function activityPage({ accounts, auth }: Services): Page {
  return { path: '/account/activity', for: 'logged-in', get: [showActivity] }

  async function showActivity(req: Request, res: Response) {
    const events = await listActivity(accounts.database, auth.loggedInUser(req).id, MOST)
    res.render('account/activity', { events })
  }
}
