import { tokenOf } from '../../src/accounts/link-tokens.ts'
import { KINDS, type TemplateName } from '../../src/mail/messages.ts'
import type { TestApp } from './app.ts'
import { doJobs } from './jobs.ts'

/** The path of the link in the latest mail of a template. */
export async function findMailedLink(
  site: Pick<TestApp, 'database' | 'settings'> & Partial<Pick<TestApp, 'services'>>,
  recipient: string,
  template: TemplateName,
): Promise<string> {
  await doJobs(site)
  const { data } = await site.database.outboxMessage.findFirstOrThrow({
    where: { recipient, template },
    orderBy: { createdAt: 'desc' },
  })
  const token = tokenOf(site.settings.secrets, JSON.parse(data).linkId)
  return `${KINDS[template].path}?token=${token}`
}
