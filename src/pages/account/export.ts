import type { Request, Response } from 'express'
import { startExport } from '../../accounts/export.ts'
import { sendDownload } from '../../http/download.ts'
import type { Page } from '../../http/page.ts'
import { servicesOf } from '../../services.ts'
import { limitsOf } from '../../throttle/budgets.ts'
import { text } from '../../words/words.ts'

export const exportPage: Page = {
  path: '/account/export',
  for: 'fresh',
  does: text('export.does'),
  post: [exportData],
}

async function exportData(req: Request, res: Response) {
  const { accounts, auth, principalOf, throttle, visitOf } = servicesOf(req)
  await throttle.count(limitsOf('export', principalOf(req)))
  const user = auth.loggedInUser(req)
  const file = await startExport(accounts, user, visitOf(req))
  await sendDownload(res, 'account.json', file)
}
