import type { Request, Response } from 'express'
import { listActivity } from '../accounts/events.ts'
import type { Page } from '../http/page.ts'
import type { Services } from '../services.ts'

const RECENT = 5

export function dashboardPage({ accounts, auth }: Services): Page {
  return { path: '/dashboard', for: 'logged-in', get: [showDashboard] }

  async function showDashboard(req: Request, res: Response) {
    const user = auth.loggedInUser(req)
    const events = await listActivity(accounts.database, user.id, RECENT)
    res.render('dashboard', { events })
  }
}
