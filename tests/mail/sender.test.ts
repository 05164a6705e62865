import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { minutes, seconds } from '../../src/durations.ts'
import type { Message } from '../../src/mail/messages.ts'
import { LEASE } from '../../src/mail/sender.ts'
import type { Transport } from '../../src/mail/transport.ts'
import { openTestDatabase } from '../support/database.ts'
import { collect, hold, outboxOn, until } from './support/outbox.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const { clock } = outbox

afterEach(outbox.empty)
afterAll(() => database.close())

const NOTICE: Message = {
  template: 'security-notice',
  name: 'Ada',
  words: 'Data downloaded',
  browser: 'Edge',
}
const link = { name: 'Ada', linkId: 'link-1' }
const URGENT: Message[] = [
  { template: 'reset-password', ...link },
  { template: 'verify-email', ...link },
  { template: 'verify-new-email', ...link },
  { template: 'email-changed', ...link, newEmail: 'new@x.org' },
  { template: 'email-change-undone', ...link },
  { template: 'deletion-scheduled', ...link, deletionDueAt: '2026-01-15' },
]

describe('a sender', () => {
  test('sends each message once, the longest waiting first', async () => {
    const { recipients, transport } = collect()
    const sender = outbox.openSender({ transport, keepsSent: true })
    const waiting = ['g', 'a', 'f', 'b', 'e', 'c', 'd'].map((name) => `${name}@x.org`)
    for (const to of waiting) {
      await outbox.put(to)
      clock.advance(seconds(1))
    }

    const sent = await sender.sendDue()
    clock.advance(LEASE)

    expect([sent, await sender.sendDue()]).toEqual([7, 0])
    // Five go at once: which of them is first is for the database to say.
    expect(new Set(recipients.slice(0, 5))).toEqual(new Set(waiting.slice(0, 5)))
    expect(new Set(recipients.slice(5))).toEqual(new Set(waiting.slice(5)))
  })

  test.each(URGENT)('sends $template before notices that have waited longer', async (message) => {
    const { recipients, transport } = collect()
    for (let count = 0; count < 6; count++) await outbox.put(`${count}@x.org`, NOTICE)
    clock.advance(minutes(1))
    await outbox.put('ada@x.org', message)

    await outbox.openSender({ transport }).sendDue()

    // Five go at once.
    expect(recipients.slice(0, 5)).toContain('ada@x.org')
    expect(recipients).toHaveLength(7)
  })

  test('sends however many there are', async () => {
    const { recipients, transport } = collect()
    for (let count = 0; count < 23; count++) await outbox.put(`${count}@x.org`)

    expect(await outbox.openSender({ transport }).sendDue()).toBe(23)
    expect(new Set(recipients).size).toBe(23)
  })

  test('shares the work with a sender of another process: no message goes twice', async () => {
    const { recipients, transport } = collect()
    const elsewhere = await openDatabase(database.url)
    const slowly: Transport = async (mail) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return transport(mail)
    }
    const senders = [
      outbox.openSender({ transport: slowly }),
      outbox.openSender({ transport: slowly, database: elsewhere }),
    ]
    for (let count = 0; count < 20; count++) await outbox.put(`${count}@x.org`)

    const [one = 0, other = 0] = await Promise.all(senders.map((sender) => sender.sendDue()))
    await elsewhere.close()

    expect(one + other).toBe(20)
    expect(recipients).toHaveLength(20)
    expect(new Set(recipients).size).toBe(20)
  })

  test('sends what a killed sender had claimed, once that claim has expired', async () => {
    let isClaimed = false
    // Never settles, as in a process that is killed.
    const transport: Transport = () => {
      isClaimed = true
      return new Promise(() => {})
    }
    const { recipients, transport: deliver } = collect()
    await outbox.put('ada@x.org')
    outbox.openSender({ transport }).sendDue()
    await until(() => isClaimed)
    const next = outbox.openSender({ transport: deliver })

    clock.advance(LEASE - 1)
    const before = await next.sendDue()
    clock.advance(1)
    const after = await next.sendDue()

    expect([before, after, recipients]).toEqual([0, 1, ['ada@x.org']])
  })

  test('takes nothing back that another one has sent meanwhile', async () => {
    const { held, transport } = hold()
    await outbox.put('ada@x.org')
    const slow = outbox.openSender({ transport }).sendDue()
    await until(() => held.length === 1)
    clock.advance(LEASE)
    const { recipients, transport: deliver } = collect()
    const next = outbox.openSender({ transport: deliver })
    await next.sendDue()

    held[0]?.fail()
    await slow
    clock.advance(minutes(1))

    expect([await next.sendDue(), recipients]).toEqual([0, ['ada@x.org']])
  })

  test('leaves a message to the sender that claimed it later', async () => {
    const [first, second] = [hold(), hold()]
    await outbox.put('ada@x.org')
    const slow = outbox.openSender(first).sendDue()
    await until(() => first.held.length === 1)
    clock.advance(LEASE)
    const next = outbox.openSender(second).sendDue()
    await until(() => second.held.length === 1)

    first.held[0]?.fail()
    await slow
    clock.advance(minutes(1))
    const { recipients, transport } = collect()
    const third = await outbox.openSender({ transport }).sendDue()
    second.held[0]?.send()

    expect([third, await next, recipients]).toEqual([0, 1, []])
  })

  test('lets one message that fails hold up no other', async () => {
    const { recipients, transport } = collect()
    const picky: Transport = (mail) =>
      mail.to === 'bad@x.org' ? Promise.reject(new Error('no')) : transport(mail)
    for (const to of ['bad@x.org', 'ada@x.org', 'bob@x.org']) await outbox.put(to)

    expect(await outbox.openSender({ transport: picky }).sendDue()).toBe(2)
    expect(recipients.sort()).toEqual(['ada@x.org', 'bob@x.org'])
  })
})
