import { afterAll, describe, expect, test } from 'vitest'
import { enqueue } from '../../../src/mail/outbox.ts'
import { openTestApp } from '../../support/app.ts'
import { readLinks } from '../../support/html.ts'
import { UNKNOWN_ID } from '../../support/pages.ts'
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

const listMails = (html: string) =>
  readLinks(html).filter((href) => href.startsWith('/dev/mailbox?mail='))
const recipientsOf = (html: string) =>
  [...html.matchAll(/<span>([^<@]+@[^<]+)<\/span>/g)].map(([, to]) => to)

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

    const browser = site.browse()
    const { text } = await browser.visit('/dev/mailbox')
    const [second = '', first = ''] = listMails(text)
    const older = await browser.visit(first)

    expect(recipientsOf(text)).toEqual(['second@example.org', 'first@example.org'])
    expect(text).toContain('You already have an account')
    expect(text).toContain('Hello Bob,')
    expect(second).not.toBe(first)
    expect(older.text).toContain('Hello &quot;Ada&quot; &amp; co,')
    expect(older.text).toContain('href="http://localhost:3000/forgot-password"')
  })

  test('shows the mail to one recipient', async () => {
    await put('a+b@example.org', 'Ada')
    await put('other@example.org', 'Bob')
    await sender.sendDue()
    const browser = site.browse()

    const { text } = await browser.visit('/dev/mailbox?to=a%2Bb%40example.org')
    const none = await browser.visit('/dev/mailbox?to=unknown%40example.org')

    expect(recipientsOf(text)).toEqual(['a+b@example.org'])
    expect(text).toContain('Only mail to <strong><bdi>a+b@example.org</bdi></strong>.')
    expect(none.text).toContain('No mail for this recipient.')
  })

  test.each(['to=%00', 'to=a&to=b', 'mail=x', 'mail=%00', 'mail[]=a', `to=${'x'.repeat(255)}`])(
    'shows all mail for a query that it never made: %s',
    async (query) => {
      const { status, text } = await site.browse().visit(`/dev/mailbox?${query}`)

      expect([status, recipientsOf(text).length > 1]).toEqual([200, true])
    },
  )

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

    const { text } = await browser.visit(`/dev/mailbox?to=${encodeURIComponent(email)}`)
    const link = /href="http:\/\/localhost:3000(\/verify-email\?token=[^"]+)"/.exec(text)?.[1] ?? ''
    const confirmPage = await browser.follow(await browser.visit(link))

    expect(recipientsOf(text)).toContain(email)
    expect(confirmPage.status).toBe(200)
  })
})

describe('GET /dev/mailbox/:id/preview', () => {
  test('is the mail as HTML, which the mailbox may frame, without scripts and forms', async () => {
    await put('framed@example.org', '"Ada" & co')
    await sender.sendDue()
    const browser = site.browse()
    const mailbox = await browser.visit('/dev/mailbox?to=framed%40example.org')
    const [, src = '', sandbox] =
      /<iframe src="([^"]*)"[^>]* sandbox="([^"]*)"/.exec(mailbox.text) ?? []

    const { headers, text } = await browser.visit(src)

    expect(text).toContain('&quot;Ada&quot; &amp; co')
    expect(text).toContain('<base target="_blank">')
    expect(sandbox).toBe('allow-popups allow-popups-to-escape-sandbox')
    expect(mailbox.headers['content-security-policy']).toMatch(/;frame-src 'self'$/)
    expect(mailbox.headers['x-frame-options']).toBe('DENY')
    expect(headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';style-src 'unsafe-inline';base-uri 'none';form-action 'none';frame-ancestors 'self';sandbox allow-popups allow-popups-to-escape-sandbox",
    )
  })

  test.each([UNKNOWN_ID, 'x', '%00'])('is not there for an unknown id: %s', async (id) => {
    const answer = await site.browse().visit(`/dev/mailbox/${id}/preview`)

    expect([answer.status, answer.headers['x-frame-options']]).toEqual([404, 'DENY'])
  })
})

describe('POST /dev/mailbox', () => {
  test('clears the mailbox, and leaves alone what still waits', async () => {
    await put('sent@example.org', 'Ada')
    await sender.sendDue()
    await put('waiting@example.org', 'Bob')
    const browser = site.browse()

    const answer = await browser.submit('/dev/mailbox')
    const { text } = await browser.follow(answer)
    const again = await browser.post('/dev/mailbox', { _csrf: await browser.takeToken('/login') })

    expect([answer.status, again.status]).toEqual([303, 303])
    expect(text).toContain('The mailbox is empty.')
    expect(text).toContain('No mail yet.')
    const waiting = { recipient: 'waiting@example.org', sentAt: null }
    expect(await site.database.outboxMessage.count({ where: waiting })).toBeGreaterThan(0)
  })
})

describe('/dev/mailbox', () => {
  test('is not there in production, by whatever method', async () => {
    const production = await openTestApp({
      NODE_ENV: 'production',
      APP_URL: 'https://app.example',
      BCRYPT_COST: '10',
      THROTTLE: 'on',
    })
    const browser = production.browse()

    const answers = [
      await browser.visit('/dev/mailbox'),
      await browser.ask('post', '/dev/mailbox'),
      await browser.visit(`/dev/mailbox/${UNKNOWN_ID}/preview`),
    ]
    await production.close()

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  })
})
