import type { Database } from '../database/database.ts'
import { readMessage } from './outbox.ts'
import type { Render } from './templates.ts'

export type SentMail = { to: string; at: Date; subject: string; text: string; links: string[] }

/** The latest mail that was sent and kept, newest first. */
export async function listSent(
  database: Database,
  render: Render,
  most: number,
): Promise<SentMail[]> {
  const rows = await database.outboxMessage.findMany({
    where: { sentAt: { not: null }, data: { not: '{}' } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: most,
  })
  return rows.map((row) => {
    const { subject, text, link } = render(readMessage(row), row.createdAt)
    return { to: row.recipient, at: row.createdAt, subject, text, links: [link] }
  })
}
