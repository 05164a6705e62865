import type { Database, OutboxMessage } from '../database/database.ts'
import { readMessage } from './outbox.ts'
import type { MailText, Render } from './templates.ts'

type SentMail = MailText & { id: string; to: string; at: Date }

const KEPT = { sentAt: { not: null }, data: { not: '{}' } }

/** The mail that was sent and kept. */
export function createMailbox(database: Database, render: Render) {
  const open = (row: OutboxMessage): SentMail => {
    const { id, recipient: to, createdAt: at } = row
    return { id, to, at, ...render(readMessage(row), at) }
  }
  return {
    /** Newest first; of one recipient, or of all. */
    async list({ most, to }: { most: number; to?: string | undefined }): Promise<SentMail[]> {
      const rows = await database.outboxMessage.findMany({
        where: { ...KEPT, ...(to && { recipient: to }) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: most,
      })
      return rows.map(open)
    },
    async find(id: string): Promise<SentMail | null> {
      const row = await database.outboxMessage.findFirst({ where: { ...KEPT, id } })
      return row && open(row)
    },
    async clear(): Promise<void> {
      await database.outboxMessage.deleteMany({ where: KEPT })
    },
  }
}
