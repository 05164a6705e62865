import type { Clock } from '../clock.ts'
import type { Database, OutboxMessage, Tables } from '../database/database.ts'
import { hours, minutes, seconds } from '../durations.ts'
import { countedAs, endOfUse } from './messages.ts'
import { type Job, readJob, readMessage } from './outbox.ts'
import { claim, drop, findDue, isRepeated, markSent, putOff } from './queue.ts'
import type { Render } from './templates.ts'
import type { Transport } from './transport.ts'

type Report = (fields: object, message: string) => void

export type SenderOptions = {
  database: Database
  clock: Clock
  transport: Transport
  render: Render
  log: { warn: Report; error: Report }
  /** Does a job in one transaction, in which `claim` is false once another worker has it. */
  doJob: (job: Job, claim: (tables: Tables) => Promise<boolean>) => Promise<void>
  /** Throws where the recipient has had enough emails of this kind for now: the message is tried again later. */
  countDelivery: (kind: string, recipient: string) => Promise<void>
  /** Whether a message stays readable once it is sent, as the mailbox of development needs it. */
  keepsSent: boolean
  /** How long one attempt may take, in milliseconds. */
  sendFor?: number
  /** How long what is under way may take once the sender is stopped. */
  finishFor?: number
  /** How long a started sender waits before each look at what is due, in milliseconds. */
  every?: number
}

/** The pause after each failed attempt. After the last, about a day in all, the message is given up. */
export const RETRIES: readonly number[] = [
  minutes(1),
  minutes(5),
  minutes(15),
  hours(1),
  hours(3),
  hours(6),
  hours(12),
]

/** How long a message is left to the process that claimed it: longer than an attempt can take, so it ends only when that one died. */
export const LEASE = minutes(5)

const SEND_FOR = seconds(30)
// Most mail servers answer within it. One that had the whole email when the attempt was aborted may deliver
// it, and is sent it again.
const FINISH_FOR = seconds(5)
const AT_ONCE = 5
const EVERY = seconds(1)

/** Sends each message once, however many senders there are on one outbox. */
export function createSender(options: SenderOptions) {
  return {
    /** Sends what is due, and returns how many messages went. */
    sendDue: () => sendDue({ ...options, isStopped: () => false, calledOff: NEVER }),
    /** Sends what is due from now on, looking again after each pause of `every`. Returns how to stop: no further message is begun; those under way are finished, or aborted after finishFor. */
    start: () => keepSending(options),
  }
}

/** One sender at work, and how it learns that it is to stop. */
type Work = SenderOptions & { isStopped: () => boolean; calledOff: AbortSignal }

const NEVER = new AbortController().signal

function keepSending(options: SenderOptions): () => Promise<void> {
  const { log, finishFor = FINISH_FOR, every = EVERY } = options
  let isStopped = false
  const callOff = new AbortController()
  const work: Work = { ...options, isStopped: () => isStopped, calledOff: callOff.signal }
  let underWay: Promise<void> = Promise.resolve()
  const send = () => {
    underWay = sendDue(work)
      .catch((error: unknown) => log.warn({ err: error }, 'outbox out of reach'))
      .then(plan)
  }
  const plan = () => {
    if (!isStopped) setTimeout(send, every).unref()
  }
  plan()
  return () => {
    isStopped = true
    const patience = setTimeout(() => callOff.abort(), finishFor)
    return underWay.finally(() => clearTimeout(patience))
  }
}

async function sendDue(work: Work): Promise<number> {
  let sent = 0
  while (!work.isStopped()) {
    const due = await findDue(work.database, work.clock(), AT_ONCE)
    // Settled, not all: the database is closed once the sender has stopped.
    const went = await Promise.allSettled(due.map((message) => sendOnce(work, message)))
    for (const outcome of went) if (outcome.status === 'rejected') throw outcome.reason
    sent += went.filter((outcome) => outcome.status === 'fulfilled' && outcome.value).length
    if (due.length < AT_ONCE) break
  }
  return sent
}

async function sendOnce(work: Work, due: OutboxMessage): Promise<boolean> {
  const { database, clock } = work
  const job = readJob(due)
  if (job) return decide(work, due, job)
  const message = await claim(database, due, later(clock, LEASE))
  if (!message) return false
  return attempt(work, message).then(
    (outcome) => settle(work, message, outcome),
    (error: unknown) => tryLater(work, message, error),
  )
}

// The row goes in the transaction that decides: a job is done once, and not lost in a crash.
async function decide(work: Work, row: OutboxMessage, job: Job): Promise<false> {
  await work
    .doJob(job, (tables) => drop(tables, row))
    .catch(async (error: unknown) => {
      const claimed = await claim(work.database, row, later(work.clock, minutes(1)))
      if (claimed) await tryLater(work, claimed, error)
    })
  return false
}

type Outcome = 'sent' | 'refused' | 'too-late' | 'repeated'

async function attempt(work: Work, row: OutboxMessage): Promise<Outcome> {
  const { clock, render, transport, calledOff, sendFor = SEND_FOR } = work
  const message = readMessage(row)
  const end = endOfUse(message.template, row.createdAt)
  if (end && end <= clock()) return 'too-late'
  if (await isRepeated(work.database, row)) return 'repeated'
  await work.countDelivery(countedAs(message), row.recipient)
  const { link: _, ...parts } = render(message, row.createdAt)
  const mail = { ...parts, id: row.id, to: row.recipient, writtenAt: row.createdAt }
  return transport(mail, AbortSignal.any([calledOff, AbortSignal.timeout(sendFor)]))
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
  { database, clock, log, calledOff }: Work,
  message: OutboxMessage,
  error: unknown,
): Promise<false> {
  // Called off is not failed: the next process tries soon, even if it was the last attempt.
  const wait = calledOff.aborted ? RETRIES[0] : RETRIES[message.attempts - 1]
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

// For the log: neither recipient nor text.
function nameOf({ id, template, attempts }: OutboxMessage) {
  return { mail: id, template, attempts }
}
