import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { seconds } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { collect, hold, outboxOn, until } from './support/outbox.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const { logged } = outbox

afterEach(async () => {
  logged.splice(0)
  await outbox.empty()
})
afterAll(() => database.close())

describe('a started sender', () => {
  test('sends by itself, and once stopped no more', async () => {
    const { addresses, transport } = collect()
    const stop = outbox.openSender({ transport }).start()
    await outbox.put('ada@x.org')
    await until(() => addresses.length === 1)

    await stop()
    await outbox.put('bob@x.org')
    await setTimeout(seconds(1.2))

    expect(addresses).toEqual(['ada@x.org'])
  })

  test('waits, when it is stopped, for what is under way', async () => {
    const { held, transport } = hold()
    const stop = outbox.openSender({ transport }).start()
    await outbox.put('ada@x.org')
    await until(() => held.length === 1)

    const stopped = stop().then(outbox.rows)
    held[0]?.send()

    expect((await stopped)[0]?.sentAt).not.toBe(null)
  })

  test('goes on after the database was away', async () => {
    const { addresses, transport } = collect()
    await database.$executeRaw`ALTER TABLE "OutboxMessage" RENAME TO "Away"`
    const stop = outbox.openSender({ transport }).start()
    await until(() => logged.length === 1)

    await database.$executeRaw`ALTER TABLE "Away" RENAME TO "OutboxMessage"`
    await outbox.put('ada@x.org')
    await until(() => addresses.length === 1)
    await stop()

    expect(logged).toMatchObject([{ level: 'warn', words: 'outbox out of reach' }])
  })
})
