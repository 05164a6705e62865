import { randomUUID } from 'node:crypto'
import type { OutboxMessage, Tables } from '../database/database.ts'
import { laneOf, type Message, type TemplateName } from './messages.ts'

type NewMail = { userId: string | null; to: string; message: Message; at: Date }

/** What a handler leaves to the mail worker, so that its answer does not depend on whether an account exists. */
export type Job = { kind: string; userId?: string | null } & Record<string, string | null>

const JOB = 'job '

/** Writes an email in the transaction of the change that it tells of: both happen or neither. */
export async function enqueue(tables: Tables, { userId, to, message, at }: NewMail): Promise<void> {
  const { template, ...data } = message
  const lane = laneOf(message)
  await insert(tables, { userId, recipient: to, template, data: JSON.stringify(data), lane }, at)
}

/** Leaves a decision to the mail worker. */
export async function queueJob(tables: Tables, job: Job, at: Date): Promise<void> {
  const { kind, userId = null, ...data } = job
  const row = { userId, recipient: '', template: JOB + kind, data: JSON.stringify(data), lane: 0 }
  await insert(tables, row, at)
}

type Row = Pick<OutboxMessage, 'userId' | 'recipient' | 'template' | 'data' | 'lane'>

async function insert(tables: Tables, row: Row, at: Date): Promise<void> {
  const times = { createdAt: at, nextAttemptAt: at }
  await tables.outboxMessage.create({ data: { id: randomUUID(), ...row, ...times } })
}

/** The message as it was handed to enqueue. */
export function readMessage({ template, data }: OutboxMessage): Message {
  return { template: template as TemplateName, ...JSON.parse(data) }
}

/** The job of this row, or null if the row is an email. */
export function readJob({ template, userId, data }: OutboxMessage): Job | null {
  if (!template.startsWith(JOB)) return null
  return { kind: template.slice(JOB.length), userId, ...JSON.parse(data) }
}
