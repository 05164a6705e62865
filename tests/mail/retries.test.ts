import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../src/durations.ts'
import type { Message } from '../../src/mail/messages.ts'
import { RETRIES } from '../../src/mail/sender.ts'
import type { Transport } from '../../src/mail/transport.ts'
import { openTestDatabase } from '../support/database.ts'
import { collect, outboxOn } from './support/outbox.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const { clock, logged } = outbox

afterEach(async () => {
  logged.splice(0)
  await outbox.empty()
})
afterAll(() => database.close())

const reset: Message = { template: 'reset-password', name: 'Ada', linkId: 'link-1' }

const alwaysFail = () => {
  const attempts: Date[] = []
  const transport: Transport = async () => {
    attempts.push(clock.now())
    throw new Error('no')
  }
  return { attempts, transport }
}

const sum = (durations: readonly number[]) => durations.reduce((total, one) => total + one, 0)

describe('a mail that does not go out', () => {
  test('does not wait until the time of a clock that was ahead', async () => {
    const { attempts, transport } = alwaysFail()
    const sender = outbox.openSender({ transport })
    clock.advance(days(10))
    await outbox.put('ada@example.org')
    await sender.sendDue()
    clock.advance(-days(10))

    await sender.sendDue()
    await sender.sendDue()

    expect(attempts).toHaveLength(2)
  })

  test('is tried again after growing pauses, for about a day, and then given up', async () => {
    const { attempts, transport } = alwaysFail()
    const sender = outbox.openSender({ transport })
    await outbox.put('ada@example.org')

    const end = clock.now().getTime() + hours(36)
    while (clock.now().getTime() < end) {
      await sender.sendDue()
      clock.advance(minutes(1))
    }

    const pauses = attempts.slice(1).map((at, index) => at.getTime() - Number(attempts[index]))
    expect(pauses).toEqual([...RETRIES])
    expect([...RETRIES].sort((one, other) => one - other)).toEqual([...RETRIES])
    expect(sum(RETRIES)).toBeGreaterThan(hours(20))
    expect(sum(RETRIES)).toBeLessThan(hours(28))
    expect(await outbox.rows()).toEqual([])
    expect(logged.at(-1)).toMatchObject({ level: 'error', words: 'mail given up' })
  })

  test('is not sent once its link is over', async () => {
    const failing = outbox.openSender(alwaysFail())
    const { recipients, transport } = collect()
    await outbox.put('ada@example.org', reset)
    await failing.sendDue()

    clock.advance(minutes(60))
    const sent = await outbox.openSender({ transport }).sendDue()

    expect([sent, recipients, await outbox.rows()]).toEqual([0, [], []])
    expect(logged.at(-1)).toMatchObject({ fields: { reason: 'too-late' }, words: 'mail given up' })
  })

  test('is still sent while its link is good', async () => {
    const { recipients, transport } = collect()
    await outbox.put('ada@example.org', reset)

    clock.advance(minutes(60) - 1)
    await outbox.openSender({ transport }).sendDue()

    expect(recipients).toEqual(['ada@example.org'])
  })

  test('survives a restart', async () => {
    await outbox.put('ada@example.org')
    await outbox.openSender(alwaysFail()).sendDue()
    const { recipients, transport } = collect()
    const afterwards = outbox.openSender({ transport })

    const before = await afterwards.sendDue()
    clock.advance(minutes(1))

    expect([before, await afterwards.sendDue(), recipients]).toEqual([0, 1, ['ada@example.org']])
  })
})
