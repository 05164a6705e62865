import { setTimeout } from 'node:timers/promises'
import type { Request, Response } from 'express'
import type { Database } from '../database/database.ts'
import { NotReady } from '../database/outage.ts'
import { createReadiness } from '../database/readiness.ts'
import { seconds } from '../durations.ts'
import type { Page } from '../http/page.ts'

// A health check gives up after a few seconds, and would not know why.
const ANSWER_WITHIN = seconds(2)

/** This process lives, whatever the database does. */
export const healthPage: Page = { path: '/healthz', for: 'all', get: [showHealth] }

function showHealth(_req: Request, res: Response) {
  res.type('text').send('ok')
}

/** The database can be used too. */
export function readyPage(database: Database): Page {
  const assertReady = createReadiness(database)
  return { path: '/readyz', for: 'all', get: [showReady] }

  async function showReady(_req: Request, res: Response) {
    await Promise.race([assertReady(), refuseLater()])
    res.type('text').send('ok')
  }
}

async function refuseLater(): Promise<never> {
  await setTimeout(ANSWER_WITHIN, undefined, { ref: false })
  throw new NotReady('The database does not answer')
}
