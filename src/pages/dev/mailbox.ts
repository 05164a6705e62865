import type { Request, Response } from 'express'
import type { Page } from '../../http/page.ts'
import type { Services } from '../../services.ts'

const MOST = 50

// It shows everybody's links to anybody: in production there is no such page.
export function mailboxPages({ mail, settings }: Services): Page[] {
  return settings.isProduction ? [] : [{ path: '/dev/mailbox', for: 'all', get: [showMailbox] }]

  async function showMailbox(_req: Request, res: Response) {
    res.render('dev/mailbox', { messages: await mail.listSent(MOST) })
  }
}
