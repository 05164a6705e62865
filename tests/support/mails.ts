import { createLinkUrls } from '../../src/accounts/link-tokens.ts'
import type { Database } from '../../src/database/database.ts'
import { KINDS, type TemplateName } from '../../src/mail/messages.ts'
import type { Services } from '../../src/services.ts'
import { english } from '../../src/words/catalogue.ts'
import { readText } from '../../src/words/words.ts'
import type { TestApp } from './app.ts'
import { doJobs } from './jobs.ts'

type Site = { database: Database; services?: Services } & Pick<TestApp, 'settings'>

/** The data of mails, newest first. Of two from one moment neither is the newer: advance the clock between them. */
export async function findMails(
  site: Site,
  recipient: string,
  template: TemplateName,
): Promise<Record<string, string>[]> {
  await doJobs(site)
  const rows = await site.database.outboxMessage.findMany({
    where: { recipient, template },
    orderBy: { createdAt: 'desc' },
  })
  return rows.map(({ data }) => JSON.parse(data))
}

/** Path and query of the link in the newest mail of a template. */
export async function readLink(site: Site, to: string, template: TemplateName): Promise<string> {
  const [newest] = await findMails(site, to, template)
  if (!newest?.linkId) throw new Error(`There is no link in a mail ${template} to ${to}`)
  const linkUrl = createLinkUrls(site.settings.secrets, '')
  return linkUrl(newest.linkId, KINDS[template].path)
}

/** What security notices told of, as the activity page names it, newest first. */
export async function findNotices(site: Site, to: string): Promise<string[]> {
  const mails = await findMails(site, to, 'security-notice')
  return mails.map(({ words = '' }) =>
    english.say(readText(words.replace('mail.notice.', 'event.'))),
  )
}
