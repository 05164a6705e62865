import type { Clock } from '../clock.ts'
import type { Database, OutboxMessage, Tables } from '../database/database.ts'
import { hours, minutes, seconds } from '../durations.ts'
import { endOfUse } from './messages.ts'
import { type Job, readJob, readMessage } from './outbox.ts'
import { claim, drop, findDue, markSent, putOff } from './queue.ts'
import type { Render } from './templates.ts'
import type { Transport } from './transport.ts'

type Report = (fields: object, words: string) => void

export type SenderOptions = {
  database: Database
  clock: Clock
  transport: Transport
  render: Render
  log: { warn: Report; error: Report }
  /** Does a job in one transaction, in which `claim` is false once another worker has it. */
  doJob: (job: Job, claim: (tables: Tables) => Promise<boolean>) => Promise<void>
  /** Whether a message stays readable once it is sent, as the mailbox of development needs it. */
  keepsSent: boolean
  /** How long one attempt may take, in milliseconds. */
  sendFor?: number
}

export type Sender = {
  /** Sends what is due, and returns how many messages went. */
  sendDue: () => Promise<number>
  /** Sends what is due every second from now on. Returns how to stop: no further message is begun, and it waits for those that were. */
  start: () => () => Promise<void>
}

/** How long after each failed attempt the next one comes. After the last of them, about a day, no more. */
export const RETRIES: readonly number[] = [
  minutes(1),
  minutes(5),
  minutes(15),
  hours(1),
  hours(3),
  hours(6),
  hours(12),
]

/** How long a message is left to whoever claimed it: longer than an attempt can take, so it ends only for one that died. */
export const LEASE = minutes(5)

const SEND_FOR = seconds(30)
const AT_ONCE = 5
const EVERY = seconds(1)

/** Takes the outbox's database and how to render and send; returns what sends each message once, however many senders there are. */
export function createSender(options: SenderOptions): Sender {
  return { sendDue: () => sendDue(options, () => false), start: () => keepSending(options) }
}

function keepSending(options: SenderOptions): () => Promise<void> {
  let isStopped = false
  let underWay: Promise<void> = Promise.resolve()
  const send = () => {
    underWay = sendDue(options, () => isStopped)
      .catch((error: unknown) => options.log.warn({ err: error }, 'outbox out of reach'))
      .then(plan)
  }
  const plan = () => {
    if (!isStopped) setTimeout(send, EVERY).unref()
  }
  plan()
  return () => {
    isStopped = true
    return underWay
  }
}

async function sendDue(options: SenderOptions, isStopped: () => boolean): Promise<number> {
  let sent = 0
  while (!isStopped()) {
    const due = await findDue(options.database, options.clock(), AT_ONCE)
    // Settled, not all: whoever stops the sender closes the database once this is done.
    const went = await Promise.allSettled(due.map((message) => sendOnce(options, message)))
    for (const outcome of went) if (outcome.status === 'rejected') throw outcome.reason
    sent += went.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
    if (due.length < AT_ONCE) break
  }
  return sent
}

async function sendOnce(options: SenderOptions, due: OutboxMessage): Promise<boolean> {
  const { database, clock } = options
  const job = readJob(due)
  if (job) return decide(options, due, job)
  const message = await claim(database, due, later(clock, LEASE))
  if (!message) return false
  return attempt(options, message).then(
    (outcome) => settle(options, message, outcome),
    (error: unknown) => tryLater(options, message, error),
  )
}

// The row goes in the transaction that decides: a job is done once, and not lost in a crash.
async function decide(options: SenderOptions, row: OutboxMessage, job: Job): Promise<false> {
  await options
    .doJob(job, (tables) => drop(tables, row))
    .catch(async (error: unknown) => {
      const claimed = await claim(options.database, row, later(options.clock, minutes(1)))
      if (claimed) await tryLater(options, claimed, error)
    })
  return false
}

type Outcome = 'sent' | 'refused' | 'too-late'

async function attempt(options: SenderOptions, row: OutboxMessage): Promise<Outcome> {
  const { clock, render, transport, sendFor = SEND_FOR } = options
  const message = readMessage(row)
  const end = endOfUse(message.template, row.createdAt)
  if (end && end <= clock()) return 'too-late'
  const { link: _, ...parts } = render(message, row.createdAt)
  const mail = { ...parts, id: row.id, to: row.recipient, writtenAt: row.createdAt }
  return transport(mail, AbortSignal.timeout(sendFor))
}

async function settle(
  { database, clock, keepsSent, log }: SenderOptions,
  message: OutboxMessage,
  outcome: Outcome,
): Promise<boolean> {
  if (outcome === 'sent') await markSent(database, message, { at: clock(), isKept: keepsSent })
  else {
    log.warn({ ...nameOf(message), reason: outcome }, 'mail given up')
    await drop(database, message)
  }
  return outcome === 'sent'
}

async function tryLater(
  { database, clock, log }: SenderOptions,
  message: OutboxMessage,
  error: unknown,
): Promise<false> {
  const wait = RETRIES[message.attempts - 1]
  const report = { ...nameOf(message), err: error }
  if (wait === undefined) {
    log.error(report, 'mail given up')
    await drop(database, message)
  } else {
    log.warn(report, 'mail not sent yet')
    await putOff(database, message, later(clock, wait))
  }
  return false
}

function later(clock: Clock, duration: number): Date {
  return new Date(clock().getTime() + duration)
}

// Neither whom it is for nor what it says.
function nameOf({ id, template, attempts }: OutboxMessage) {
  return { mail: id, template, attempts }
}
