import { Writable } from 'node:stream'
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import type { Message } from '../../src/mail/messages.ts'
import { createLog } from '../../src/runtime/log.ts'
import { openTestDatabase } from '../support/database.ts'
import { APP_URL, outboxOn } from './support/outbox.ts'
import { transportTo } from './support/outgoing.ts'
import { openPostOffice, reply } from './support/post-office.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const { clock, logged } = outbox

afterEach(async () => {
  logged.splice(0)
  await outbox.empty()
})
afterAll(() => database.close())

const reset: Message = { template: 'reset-password', name: 'Ada', linkId: 'link-1' }

describe('sending over SMTP', () => {
  test('gives an email up at once when its recipient is refused for good', async () => {
    const office = await openPostOffice({
      onRcptTo: (_address, _session, done) => done(reply(550, 'no such user')),
    })
    await outbox.put('ada@example.org')

    await outbox.openSender({ transport: transportTo(office.url) }).sendDue()

    expect(await outbox.rows()).toEqual([])
    expect(logged).toMatchObject([{ fields: { reason: 'refused' }, words: 'mail given up' }])
  })

  test('goes on once the server is back', async () => {
    const { port, url, close } = await openPostOffice()
    await close()
    const sender = outbox.openSender({ transport: transportTo(url) })
    await outbox.put('ada@example.org')
    await sender.sendDue()
    const office = await openPostOffice({ port })

    clock.advance(minutes(1))
    const sent = await sender.sendDue()

    expect(sent).toBe(1)
    expect(office.received.map(({ to }) => to)).toEqual([['ada@example.org']])
  })

  test('tries another time when the server hangs', async () => {
    const office = await openPostOffice({
      onData: (stream) => void stream.resume(),
      closeTimeout: 1,
    })
    await outbox.put('ada@example.org')

    const sender = outbox.openSender({ transport: transportTo(office.url), sendFor: 500 })
    const sent = await sender.sendDue()

    const [row] = await outbox.rows()
    expect([sent, row?.attempts, row?.sentAt]).toEqual([0, 1, null])
    expect(row?.nextAttemptAt).toEqual(new Date(clock.now().getTime() + minutes(1)))
  })

  test('leaves nothing in the log of whom it is for, what it says or what the server said', async () => {
    let written = ''
    const sink = new Writable({
      write(chunk, _encoding, done) {
        written += chunk
        done()
      },
    })
    onTestFinished(() => void sink.end())
    const office = await openPostOffice({
      onRcptTo: ({ address }, _session, done) => done(reply(451, `not ${address}: hunter2`)),
    })
    const log = createLog('trace', sink)
    await outbox.put('ada@example.org', { ...reset, name: 'Lovelace' })

    await outbox.openSender({ transport: transportTo(office.url), log }).sendDue()

    expect(written).toContain('RCPT TO: EENVELOPE 451')
    expect(written).not.toMatch(/ada@|Lovelace|link-1|hunter2/)
    expect(written).not.toContain(APP_URL)
  })
})
