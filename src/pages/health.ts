import { setTimeout } from 'node:timers/promises'
import type { NextFunction, Request, Response } from 'express'
import type { Database } from '../database/database.ts'
import { seconds } from '../durations.ts'
import { HttpError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'

// Whoever asks gives up after a few seconds, and would not know why.
const ANSWER_WITHIN = seconds(2)
const RETRY_AFTER = 10

/** Says that this process lives; asks nothing of anybody. */
export function healthPage(): Page {
  return {
    path: '/healthz',
    for: 'all',
    get: [(_req: Request, res: Response) => res.type('text').send('ok')],
  }
}

/** Says that the database answers too. */
export function readyPage(database: Database): Page {
  return { path: '/readyz', for: 'all', get: [showReady] }

  async function showReady(_req: Request, res: Response, next: NextFunction) {
    const answer = database.$queryRaw`SELECT 1`.then(
      () => true,
      () => false,
    )
    const isReady = await Promise.race([answer, setTimeout(ANSWER_WITHIN, false, { ref: false })])
    if (!isReady) return next(new HttpError(503, 'the database does not answer', RETRY_AFTER))
    return res.type('text').send('ok')
  }
}
