import type { Request, Response } from 'express'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'

const MOST = 50

/** Shows every user's links to every visitor: not served in production. */
export const mailboxPage: Page = { path: '/dev/mailbox', for: 'all', get: [showMailbox] }

async function showMailbox(req: Request, res: Response) {
  res.render('dev/mailbox', { messages: await servicesOf(req).mail.listSent(MOST) })
}
