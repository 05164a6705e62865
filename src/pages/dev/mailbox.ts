import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { HttpError } from '../../http/http-error.ts'
import type { Page } from '../../http/page.ts'
import { allowFrames, sendFramed } from '../../http/security-headers.ts'
import { servicesOf } from '../../services.ts'

const MOST = 50

/** Shows every user's links to every visitor: not served in production. */
export const mailboxPages: Page[] = [
  { path: '/dev/mailbox', for: 'all', get: [showMailbox], post: [clear] },
  { path: '/dev/mailbox/:id/preview', for: 'all', get: [showPreview] },
]

// PostgreSQL fails on a NUL.
const Recipient = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\0]+$/)

const Query = z.object({
  to: Recipient.optional().catch(undefined),
  mail: z.uuid().optional().catch(undefined),
})

async function showMailbox(req: Request, res: Response) {
  const { mailbox } = servicesOf(req).mail
  const { to, mail } = Query.parse(req.query)
  const mails = await mailbox.list({ most: MOST, to })
  const shown = mails.find(({ id }) => id === mail) ?? mails[0]
  if (shown) allowFrames(res)
  res.render('dev/mailbox', { mails, shown, to })
}

async function showPreview(req: Request, res: Response, next: NextFunction) {
  const id = z.uuid().safeParse(req.params.id)
  const mail = id.success ? await servicesOf(req).mail.mailbox.find(id.data) : null
  if (!mail) return next(new HttpError(404))
  // A page of this site refuses to be shown in a frame.
  const html = mail.html.replace('<head>', '<head><base target="_blank">')
  return sendFramed(res, html)
}

async function clear(req: Request, res: Response) {
  const { mail, redirectWith } = servicesOf(req)
  await mail.mailbox.clear()
  return redirectWith(req, res, '/dev/mailbox', 'success', 'dev-mailbox.cleared')
}
