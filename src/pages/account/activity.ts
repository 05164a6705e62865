import type { Request, Response } from 'express'
import { z } from 'zod'
import { listActivity, type Place } from '../../accounts/activity.ts'
import { EVENT_GROUPS } from '../../accounts/events.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'

const PAGE = 50

export const activityPage: Page = {
  path: '/account/activity',
  for: 'logged-in',
  get: [showActivity],
}

// PostgreSQL fails on a time that it does not know, and on a NUL.
const PLACE = /^(\d{1,13})\.([\w -]{1,200})$/

/** What no link of ours says is left out: the page is then the first, of all events. */
const Query = z.object({
  show: z.enum(EVENT_GROUPS).optional().catch(undefined),
  before: z.string().transform(parsePlace).optional().catch(undefined),
})

async function showActivity(req: Request, res: Response) {
  const { auth, database } = servicesOf(req)
  const { show, before } = Query.parse(req.query)
  const wanted = { most: PAGE + 1, group: show, before }
  const found = await listActivity(database, auth.loggedInUser(req).id, wanted)
  const events = found.slice(0, PAGE)
  const last = found.length > PAGE ? events.at(-1) : undefined
  res.render('account/activity', {
    events,
    filters: EVENT_GROUPS,
    show,
    isFirst: before === undefined,
    older: last && formatPlace(last),
  })
}

function parsePlace(text: string): Place | undefined {
  const [, time, id] = PLACE.exec(text) ?? []
  return time && id ? { at: new Date(Number(time)), id } : undefined
}

function formatPlace({ at, id }: Place): string {
  return `${at.getTime()}.${id}`
}
