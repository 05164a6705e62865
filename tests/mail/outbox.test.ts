import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createLinkUrls, linkIdOf, tokenOf } from '../../src/accounts/link-tokens.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import type { Message } from '../../src/mail/messages.ts'
import { enqueue, readMessage } from '../../src/mail/outbox.ts'
import { createRenderer } from '../../src/mail/templates.ts'
import type { OutgoingMail } from '../../src/mail/transport.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { APP_URL, collect, outboxOn, renderOptions } from './support/outbox.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)

afterEach(outbox.empty)
afterAll(() => database.close())

const SECRET = 'a secret of thirty-two characters'
const reset: Message = { template: 'reset-password', name: 'Ada', linkId: 'link-1' }
const at = outbox.clock.now()

describe('enqueue', () => {
  test('keeps a mail together with the change it tells of', async () => {
    const user = userRow()

    await changeTogether(database, async (tables) => {
      await tables.user.create({ data: user })
      await enqueue(tables, { userId: user.id, to: user.email, message: reset, at })
    })

    const [row] = await outbox.rows()
    expect(row).toMatchObject({ userId: user.id, recipient: user.email, attempts: 0, sentAt: null })
  })

  test('keeps no mail about a change that was undone', async () => {
    const changing = changeTogether(database, async (tables) => {
      await enqueue(tables, { userId: null, to: 'ada@example.org', message: reset, at })
      throw new Error('undo')
    })

    await expect(changing).rejects.toThrow('undo')
    expect(await outbox.rows()).toEqual([])
  })

  test.each<Message>([
    reset,
    { template: 'account-exists', name: 'Zoë "Z" O\'Hara' },
    { template: 'security-notice', name: '', words: 'New', browser: 'Edge', ip: null },
  ])('gives back the message that it was given: $template', async (message) => {
    await outbox.put('ada@example.org', message)

    const rows = await outbox.rows()
    expect(rows.map(readMessage)).toEqual([message])
  })
})

describe('a mail that waits', () => {
  test('holds nothing that opens anything: its link is made when it is sent', async () => {
    const sent: OutgoingMail[] = []
    await outbox.put('ada@example.org', reset)
    const waiting = JSON.stringify(await outbox.rows())
    const linkUrl = createLinkUrls([SECRET], APP_URL)
    const render = createRenderer({ ...renderOptions, linkUrl })
    const transport = async (mail: OutgoingMail) => {
      sent.push(mail)
      return 'sent' as const
    }

    await outbox.openSender({ transport, render }).sendDue()

    const token = tokenOf([SECRET], 'link-1')
    expect(waiting).toContain('link-1')
    expect(linkIdOf([SECRET], 'link-1')).toBe(null)
    expect(sent[0]?.text).toContain(new URLSearchParams({ token }).toString())
    expect(waiting).not.toContain(token.slice('link-1.'.length))
  })
})

describe('a mail that was sent', () => {
  test('is emptied', async () => {
    await outbox.put('ada@example.org', reset)

    await outbox.openSender(collect()).sendDue()

    const [row] = await outbox.rows()
    expect([row?.data, row?.sentAt]).toEqual(['{}', outbox.clock.now()])
  })

  test('can be kept for the mailbox of development', async () => {
    await outbox.put('ada@example.org', reset)

    await outbox.openSender({ ...collect(), keepsSent: true }).sendDue()

    const rows = await outbox.rows()
    expect(rows.map(readMessage)).toEqual([reset])
  })
})
