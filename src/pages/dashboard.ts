import type { Request, Response } from 'express'
import { listActivity } from '../accounts/activity.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'

const RECENT = 5

export const dashboardPage: Page = { path: '/dashboard', for: 'logged-in', get: [showDashboard] }

async function showDashboard(req: Request, res: Response) {
  const { auth, database } = servicesOf(req)
  const events = await listActivity(database, auth.loggedInUser(req).id, { most: RECENT })
  res.render('dashboard', { events })
}
