import { randomUUID } from 'node:crypto'
import type { OutboxMessage, Tables } from '../database/database.ts'
import type { Message } from './messages.ts'

export type NewMail = { userId: string | null; to: string; message: Message; at: Date }

/** Takes the tables of the transaction that makes a change; puts a mail about it into the outbox, so that both happen or neither. */
export async function enqueue(tables: Tables, { userId, to, message, at }: NewMail): Promise<void> {
  const { template, ...data } = message
  await tables.outboxMessage.create({
    data: {
      id: randomUUID(),
      userId,
      recipient: to,
      template,
      data: JSON.stringify(data),
      createdAt: at,
      nextAttemptAt: at,
    },
  })
}

/** Takes a row of the outbox; returns the message as it was handed to enqueue. */
export function readMessage({ template, data }: OutboxMessage): Message {
  return { template, ...JSON.parse(data) }
}
