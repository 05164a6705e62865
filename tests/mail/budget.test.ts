import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { hours, seconds } from '../../src/durations.ts'
import type { Message } from '../../src/mail/messages.ts'
import { enqueue } from '../../src/mail/outbox.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { newPassword } from '../support/journeys.ts'
import { registerVerified } from '../support/users.ts'

const site = await openTestApp({ THROTTLE: 'on' })
afterAll(site.close)
beforeEach(async () => {
  await site.database.outboxMessage.deleteMany()
  await site.database.attemptCounter.deleteMany()
})

const reset: Message = { template: 'reset-password', name: 'Ada', linkId: 'link-1' }

const noticeOf = (browser: string): Message => ({
  template: 'security-notice',
  name: 'Ada',
  words: 'Logged in from a new browser',
  browser,
})

const different = (count: number) => Array.from({ length: count }, (_, at) => noticeOf(`No. ${at}`))

/** Puts emails into the outbox, one a second. */
async function put(messages: Message[], to = 'ada@example.org') {
  for (const message of messages) {
    const at = site.clock.now()
    await enqueue(site.database, { userId: null, to, message, at })
    site.clock.advance(seconds(1))
  }
}

const send = () => site.services.mail.sender.sendDue()

const countSent = (template: Message['template']) =>
  site.database.outboxMessage.count({ where: { template, sentAt: { not: null } } })

describe('one mailbox', () => {
  test('gets at most twenty emails of a kind in an hour, and the others later', async () => {
    await put(different(25))

    const sent = [await send(), await send()]
    site.clock.advance(hours(1))

    expect([...sent, await send()]).toEqual([20, 0, 5])
  })

  test('gets a link that was asked for however many notices there are', async () => {
    await put(different(25))
    await send()

    await put([reset])
    await send()

    expect(await countSent('reset-password')).toBe(1)
  })

  test('hears of a new password however often a thief has logged in before', async () => {
    const ada = await registerVerified(site)
    for (let login = 0; login < 25; login++) await logInElsewhere(site, ada, {})
    site.clock.advance(seconds(1))
    const sent = await send()

    await ada.browser.submit('/account/password', { ...newPassword, current: ada.password })
    await send()

    expect(sent).toBe(21)
    const where = { recipient: ada.email, sentAt: { not: null } }
    const rows = await site.database.outboxMessage.findMany({ where })
    expect(rows.filter(({ data }) => data.includes('mail.notice.password-changed'))).toHaveLength(1)
  })

  test.each(['email-changed', 'deletion-scheduled'] as const)(
    'hears by %s however many links were asked for in its name',
    async (template) => {
      const links = Array.from({ length: 25 }, () => [
        reset,
        { ...reset, template: 'verify-new-email' as const },
      ])
      await put(links.flat())
      await send()

      const at = site.clock.now().toISOString()
      await put([{ template, name: 'Ada', linkId: 'link-2', newEmail: 'a@b', deletionDueAt: at }])
      await send()

      expect(await countSent(template)).toBe(1)
    },
  )

  test('is the same in another spelling of its email', async () => {
    await put(different(15))
    await put(different(10), 'Ada@EXAMPLE.org')

    expect(await send()).toBe(20)
  })

  test('takes nothing from another', async () => {
    await put(different(25))
    await put(different(5), 'bob@example.org')

    expect(await send()).toBe(25)
  })

  test('gets notices that repeat while one of them waits as that one', async () => {
    await put(different(20))
    await send()
    await put(Array.from({ length: 10 }, () => noticeOf('Firefox on Linux')))
    await put([noticeOf('Safari on iOS')])

    await send()
    site.clock.advance(hours(1))

    expect(await send()).toBe(2)
  })
})
