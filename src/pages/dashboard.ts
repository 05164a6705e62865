import type { Request, Response } from 'express'
import { listLatest } from '../accounts/activity.ts'
import { findConcerns } from '../accounts/concerns.ts'
import { readSession } from '../auth/express-session.ts'
import type { Page } from '../http/page.ts'
import { describeUserAgent } from '../http/user-agent.ts'
import { servicesOf } from '../services.ts'

// The session brings the latest 20, for the concerns. Older ones are on /account/activity.
const EVENTS_SHOWN = 5

export const dashboardPage: Page = { path: '/dashboard', for: 'logged-in', get: [showDashboard] }

async function showDashboard(req: Request, res: Response) {
  const { auth, clock, database, sessionStore } = servicesOf(req)
  const user = auth.loggedInUser(req)
  const session = readSession(req)
  const { login } = session
  // A session that a remember cookie has just started was not read from the database.
  const events = sessionStore.rowOf(session)?.activity ?? (await listLatest(database, user.id))
  res.render('dashboard', {
    concerns: findConcerns(user, events, { now: clock(), deviceId: login?.deviceId ?? null }),
    events: events.slice(0, EVENTS_SHOWN),
    browser: describeUserAgent(req.headers['user-agent'] ?? ''),
    loggedInAt: login && new Date(login.since),
  })
}
