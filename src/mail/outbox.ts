import { randomUUID } from 'node:crypto'
import type { OutboxMessage, Tables } from '../database/database.ts'
import type { Message } from './messages.ts'

export type NewMail = { userId: string | null; to: string; message: Message; at: Date }

/** Takes the tables of the transaction that makes a change; puts a mail about it into the outbox, so that both happen or neither. */
export async function enqueue(tables: Tables, { userId, to, message, at }: NewMail): Promise<void> {
  const { template, ...data } = message
  const row = { userId, recipient: to, template, data: JSON.stringify(data), sentAt: null }
  await insert(tables, row, at)
}

/** Takes the tables and the time; writes a row that is sent to nobody. Where a stranger must not learn whether there was somebody to write to, writing nothing would take less time. */
export async function enqueueNothing(tables: Tables, at: Date): Promise<void> {
  const row = { userId: null, recipient: '', template: 'nothing', data: '{}', sentAt: LONG_AGO }
  await insert(tables, row, at)
}

// So the next sweep takes it away.
const LONG_AGO = new Date(0)

type Row = Pick<OutboxMessage, 'userId' | 'recipient' | 'template' | 'data' | 'sentAt'>

async function insert(tables: Tables, row: Row, at: Date): Promise<void> {
  const times = { createdAt: at, nextAttemptAt: at }
  await tables.outboxMessage.create({ data: { id: randomUUID(), ...row, ...times } })
}

/** Takes a row of the outbox; returns the message as it was handed to enqueue. */
export function readMessage({ template, data }: OutboxMessage): Message {
  return { template, ...JSON.parse(data) }
}
