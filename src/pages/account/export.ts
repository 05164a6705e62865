import type { Request, Response } from 'express'
import { exportAccount } from '../../accounts/export.ts'
import { describeBrowser } from '../../http/browsers.ts'
import type { Page } from '../../http/page.ts'
import { nameEvent } from '../../http/request-log.ts'
import type { Services } from '../../services.ts'
import { exportLimits } from '../../throttle/limits.ts'

export function exportPage({ accounts, auth, memberOf, throttle }: Services): Page {
  return { path: '/account/export', for: 'fresh', post: [exportData] }

  async function exportData(req: Request, res: Response) {
    await throttle.count(exportLimits(memberOf(req)))
    const data = await exportAccount(accounts, auth.loggedInUser(req), describeBrowser(req))
    nameEvent(res, 'sensitive_read', auth.loggedInUser(req).id)
    res
      .attachment('account.json')
      .type('json')
      .send(JSON.stringify(data, null, 2))
  }
}
