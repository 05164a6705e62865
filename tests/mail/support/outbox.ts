import { setTimeout } from 'node:timers/promises'
import type { Database } from '../../../src/database/database.ts'
import { sayBrowser } from '../../../src/http/user-agent.ts'
import type { Message } from '../../../src/mail/messages.ts'
import { enqueue } from '../../../src/mail/outbox.ts'
import { createSender, type SenderOptions } from '../../../src/mail/sender.ts'
import { createRenderer, type RenderOptions } from '../../../src/mail/templates.ts'
import type { OutgoingMail, Transport } from '../../../src/mail/transport.ts'
import { catalogue } from '../../../src/words/catalogue.ts'
import { createTestClock } from '../../auth/support/test-clock.ts'

export const APP_URL = 'https://app.example'

export const renderOptions: RenderOptions = {
  appName: 'Test App',
  appUrl: APP_URL,
  catalogue,
  defaultLanguage: 'en',
  linkUrl: (linkId, path) => `${APP_URL}${path}?token=${linkId}.mac`,
  sayBrowser,
}

export const render = createRenderer(renderOptions)

/** A message that never gets too old to send within a day. */
export const notice: Message = { template: 'verify-email', name: 'Ada', linkId: 'link-1' }

type Logged = { level: 'warn' | 'error'; fields: object; words: string }

/** An outbox with a clock to turn, and everything that it logs. */
export function outboxOn(database: Database) {
  const clock = createTestClock()
  const logged: Logged[] = []
  const report = (level: Logged['level']) => (fields: object, words: string) =>
    void logged.push({ level, fields, words })
  const log = { warn: report('warn'), error: report('error') }
  const doJob = async () => {}
  const countDelivery = async () => {}
  const common = { database, clock: clock.now, render, log, doJob, countDelivery, keepsSent: false }
  return {
    clock,
    logged,
    put: (to: string, message: Message = notice) =>
      enqueue(database, { userId: null, to, message, at: clock.now() }),
    openSender: (options: Pick<SenderOptions, 'transport'> & Partial<SenderOptions>) =>
      createSender({ ...common, ...options }),
    rows: () => database.outboxMessage.findMany({ orderBy: { recipient: 'asc' } }),
    empty: () => database.outboxMessage.deleteMany(),
  }
}

/** A transport that takes every mail, and remembers to whom, in order. */
export function collect() {
  const recipients: string[] = []
  const transport = async ({ to }: OutgoingMail) => {
    recipients.push(to)
    return 'sent' as const
  }
  return { recipients, transport }
}

/** A transport that ends when told: as sent, as failed, or called off. */
export function hold() {
  const held: { send: () => void; fail: () => void }[] = []
  const transport: Transport = (_mail, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      held.push({ send: () => resolve('sent'), fail: () => reject(new Error('too slow')) })
    })
  return { transport, held }
}

/** Waits until something is true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setTimeout(5)
}
