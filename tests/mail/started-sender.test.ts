import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RETRIES } from '../../src/mail/sender.ts'
import { openTestDatabase } from '../support/database.ts'
import { collect, hold, outboxOn, until } from './support/outbox.ts'

const EVERY = 50

const database = await openTestDatabase()
const outbox = outboxOn(database)
const { logged } = outbox
const openSender: typeof outbox.openSender = (options) =>
  outbox.openSender({ every: EVERY, ...options })

afterEach(async () => {
  logged.splice(0)
  await outbox.empty()
})
afterAll(() => database.close())

describe('a started sender', () => {
  test('sends by itself, and once stopped no more', async () => {
    const { recipients, transport } = collect()
    const stop = openSender({ transport }).start()
    await outbox.put('ada@x.org')
    await until(() => recipients.length === 1)

    await stop()
    await outbox.put('bob@x.org')
    await setTimeout(4 * EVERY)

    expect(recipients).toEqual(['ada@x.org'])
  })

  test('finishes what is under way when it is stopped', async () => {
    const { held, transport } = hold()
    const stop = openSender({ transport }).start()
    await outbox.put('ada@x.org')
    await until(() => held.length === 1)

    const stopped = stop().then(outbox.rows)
    held[0]?.send()

    expect((await stopped)[0]?.sentAt).not.toBe(null)
  })

  test('calls off what takes too long to finish, and leaves it to be sent soon', async () => {
    const { transport, held } = hold()
    const finishFor = 50
    const stop = openSender({ transport, finishFor }).start()
    await outbox.put('ada@x.org')
    await until(() => held.length === 1)

    await stop()
    const rows = await outbox.rows()
    outbox.clock.advance(RETRIES[0] ?? 0)
    const { recipients, transport: another } = collect()
    await outbox.openSender({ transport: another }).sendDue()

    expect(rows).toMatchObject([{ recipient: 'ada@x.org', sentAt: null }])
    expect(recipients).toEqual(['ada@x.org'])
  })

  test('does not give up a message whose last attempt was called off', async () => {
    const { transport, held } = hold()
    await outbox.put('ada@x.org')
    await database.outboxMessage.updateMany({ data: { attempts: RETRIES.length } })
    const stop = openSender({ transport, finishFor: 50 }).start()
    await until(() => held.length === 1)

    await stop()

    expect(await outbox.rows()).toHaveLength(1)
  })

  test('goes on after the database was away', async () => {
    const { recipients, transport } = collect()
    await database.$executeRaw`ALTER TABLE "OutboxMessage" RENAME TO "Away"`
    const stop = openSender({ transport, every: 500 }).start()
    await until(() => logged.length === 1)

    await database.$executeRaw`ALTER TABLE "Away" RENAME TO "OutboxMessage"`
    await outbox.put('ada@x.org')
    await until(() => recipients.length === 1)
    await stop()

    expect(logged).toMatchObject([{ level: 'warn', words: 'outbox out of reach' }])
  })
})
