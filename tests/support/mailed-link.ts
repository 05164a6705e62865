import { tokenOf } from '../../src/accounts/email-link-tokens.ts'
import { KINDS, type TemplateName } from '../../src/mail/messages.ts'
import type { TestApp } from './app.ts'

/** Takes an application, an address and a template; returns the path that the latest such mail to it links to. */
export async function findMailedLink(
  { database, settings }: Pick<TestApp, 'database' | 'settings'>,
  recipient: string,
  template: TemplateName,
): Promise<string> {
  const { data } = await database.outboxMessage.findFirstOrThrow({
    where: { recipient, template },
    orderBy: { createdAt: 'desc' },
  })
  const token = tokenOf(settings.secrets, JSON.parse(data).linkId)
  return `${KINDS[template].path}?token=${token}`
}
