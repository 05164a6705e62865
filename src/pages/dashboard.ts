import type { Request, Response } from 'express'
import { listActivity } from '../accounts/activity.ts'
import { findConcerns } from '../accounts/concerns.ts'
import { readSession } from '../auth/express-session.ts'
import type { Page } from '../http/page.ts'
import { describeUserAgent } from '../http/user-agent.ts'
import { servicesOf } from '../services.ts'

// Older concerns are on /account/activity, and a new device is in the mail.
const EVENTS_READ = 20
const EVENTS_SHOWN = 5

export const dashboardPage: Page = { path: '/dashboard', for: 'logged-in', get: [showDashboard] }

async function showDashboard(req: Request, res: Response) {
  const { auth, clock, database } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const { login } = readSession(req)
  const events = await listActivity(database, user.id, { most: EVENTS_READ })
  res.render('dashboard', {
    concerns: findConcerns(user, events, { now: clock(), deviceId: login?.deviceId ?? null }),
    events: events.slice(0, EVENTS_SHOWN),
    browser: describeUserAgent(req.headers['user-agent'] ?? ''),
    loggedInAt: login && new Date(login.since),
  })
}
