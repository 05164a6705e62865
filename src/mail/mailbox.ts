import type { Database, OutboxMessage } from '../database/database.ts'
import { readMessage } from './outbox.ts'
import type { MailText, Render } from './templates.ts'

export type SentMail = MailText & { id: string; to: string; at: Date }

/** The mail that was sent and kept. */
export type Mailbox = {
  /** Newest first; of one recipient, or of all. */
  list: (wanted: { most: number; to?: string | undefined }) => Promise<SentMail[]>
  find: (id: string) => Promise<SentMail | null>
  clear: () => Promise<void>
}

const KEPT = { sentAt: { not: null }, data: { not: '{}' } }

export function createMailbox(database: Database, render: Render): Mailbox {
  const open = (row: OutboxMessage): SentMail => {
    const { id, recipient: to, createdAt: at } = row
    return { id, to, at, ...render(readMessage(row), at) }
  }
  return {
    async list({ most, to }) {
      const rows = await database.outboxMessage.findMany({
        where: { ...KEPT, ...(to && { recipient: to }) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: most,
      })
      return rows.map(open)
    },
    async find(id) {
      const row = await database.outboxMessage.findFirst({ where: { ...KEPT, id } })
      return row && open(row)
    },
    async clear() {
      await database.outboxMessage.deleteMany({ where: KEPT })
    },
  }
}
