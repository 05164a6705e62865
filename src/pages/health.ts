import type { Request, Response } from 'express'
import type { Database } from '../database/database.ts'
import type { Page } from '../http/page.ts'

/** Says that this process lives; asks nothing of anybody. */
export function healthPage(): Page {
  return { path: '/healthz', get: [(_req: Request, res: Response) => res.type('text').send('ok')] }
}

/** Says that the database answers too. */
export function readyPage(database: Database): Page {
  return { path: '/readyz', get: [showReady] }

  async function showReady(_req: Request, res: Response) {
    await database.$queryRaw`SELECT 1`
    res.type('text').send('ok')
  }
}
