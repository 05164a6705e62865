import { afterAll, describe, expect, test } from 'vitest'
import { enqueue } from '../../../src/mail/outbox.ts'
import { openTestApp } from '../../support/app.ts'
import { register } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const { sender } = site.services.mail

const put = (to: string, name: string) =>
  enqueue(site.database, {
    userId: null,
    to,
    message: { template: 'account-exists', name },
    at: site.clock.now(),
  })

describe('GET /dev/mailbox', () => {
  test('says so while there is no mail', async () => {
    const { status, text } = await site.browse().visit('/dev/mailbox')

    expect(status).toBe(200)
    expect(text).toContain('No mail yet.')
  })

  test('shows what was sent, newest first, in words and escaped', async () => {
    await put('first@example.org', '"Ada" & co')
    site.clock.advance(1)
    await put('second@example.org', 'Bob')
    await sender.sendDue()

    const { text } = await site.browse().visit('/dev/mailbox')

    expect(text.match(/To \w+@example\.org/g)).toEqual([
      'To second@example.org',
      'To first@example.org',
    ])
    expect(text).toContain('You already have an account')
    expect(text).toContain('Hello &quot;Ada&quot; &amp; co,')
    expect(text).toContain('href="http://localhost:3000/forgot-password"')
  })

  test('shows no mail that still waits', async () => {
    await put('waiting@example.org', 'Eve')

    const { text } = await site.browse().visit('/dev/mailbox')

    expect(text).not.toContain('waiting@example.org')
  })

  test('leaves out what was sent and emptied', async () => {
    const at = site.clock.now()
    await put('emptied@example.org', 'Eve')
    const where = { recipient: 'emptied@example.org' }
    await site.database.outboxMessage.updateMany({ where, data: { sentAt: at, data: '{}' } })

    const { status, text } = await site.browse().visit('/dev/mailbox')

    expect(status).toBe(200)
    expect(text).not.toContain('emptied@example.org')
  })

  test('has the link that verifies an email, ready to open', async () => {
    const { browser, email } = await register(site)
    await sender.sendDue()

    const { text } = await browser.visit('/dev/mailbox')
    const link = /href="http:\/\/localhost:3000(\/verify-email\?token=[^"]+)"/.exec(text)?.[1] ?? ''
    const confirmPage = await browser.follow(await browser.visit(link))

    expect(text).toContain(`To ${email}`)
    expect(confirmPage.status).toBe(200)
  })

  test('is not there in production, by whatever method', async () => {
    const production = await openTestApp({
      NODE_ENV: 'production',
      APP_URL: 'https://app.example',
      BCRYPT_COST: '10',
      THROTTLE: 'on',
    })
    const browser = production.browse()

    const answers = [await browser.visit('/dev/mailbox'), await browser.ask('post', '/dev/mailbox')]
    await production.close()

    expect(answers.map(({ status }) => status)).toEqual([404, 404])
  })
})
