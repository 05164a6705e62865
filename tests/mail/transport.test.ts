import { describe, expect, test } from 'vitest'
import { mail, never, transportTo } from './support/outgoing.ts'
import { openPostOffice } from './support/post-office.ts'
import { headerOf } from './support/read-mail.ts'

describe('a mail over SMTP', () => {
  test('arrives as text and as HTML', async () => {
    const office = await openPostOffice()

    const outcome = await transportTo(office.url)(mail(), never)

    expect(outcome).toBe('sent')
    expect(office.received).toHaveLength(1)
    expect(office.received[0]?.to).toEqual(['ada@example.org'])
    expect(office.received[0]?.mail.text).toContain('token=secret-token')
    expect(office.received[0]?.mail.html).toContain('<p>Hello Zoë,</p>')
  })

  test('says what it is, when it was written and that no person wrote it', async () => {
    const office = await openPostOffice()

    await transportTo(office.url)(mail(), never)

    const { headers } = office.received[0]?.mail ?? { headers: [] }
    expect(headerOf(headers, 'subject')).toBe('Choose a new password')
    expect(headerOf(headers, 'date')).toBe('Sun, 01 Mar 2026 12:00:00 +0000')
    expect(headerOf(headers, 'auto-submitted')).toBe('auto-generated')
  })

  test('comes from the host of the application, or from whom the settings say', async () => {
    const office = await openPostOffice()

    await transportTo(office.url)(mail(), never)
    await transportTo(office.url, 'hello@other.example')(mail(), never)

    const froms = office.received.map(({ from, mail }) => [from, headerOf(mail.headers, 'from')])
    expect(froms).toEqual([
      ['accounts@app.example', 'Test App <accounts@app.example>'],
      ['hello@other.example', 'Test App <hello@other.example>'],
    ])
  })

  test('has the same Message-ID when it is sent again, and another mail has another', async () => {
    const office = await openPostOffice()
    const send = transportTo(office.url)

    for (const id of ['one', 'one', 'two']) await send(mail({ id }), never)

    const ids = office.received.map(({ mail }) => headerOf(mail.headers, 'message-id'))
    expect(ids).toEqual(['<one@app.example>', '<one@app.example>', '<two@app.example>'])
  })

  test.each([
    'ada@example.org\r\nBcc: eve@evil.example',
    'ada@example.org, eve@evil.example',
    'ada@example.org>\r\nRCPT TO:<eve@evil.example',
    'Ada <eve@evil.example>',
    'friends: eve@evil.example;',
    '"ada eve"@evil.example',
    'ada eve@evil.example',
    'ada@example.org,evil.example',
    'ada\0@evil.example',
    '',
  ])('goes nowhere when its recipient is more than one email: %j', async (to) => {
    // No server listens there that could refuse it for us.
    const send = transportTo('smtp://127.0.0.1:1')

    expect(await send(mail({ to }), never)).toBe('refused')
  })

  test('has one subject and one recipient, whatever was typed into its words', async () => {
    const office = await openPostOffice()
    const typed = 'x\r\nBcc: eve@evil.example\r\n.\r\nRCPT TO:<eve@evil.example>\r\n\r\nhi'

    await transportTo(office.url)(mail({ subject: typed, text: typed, html: typed }), never)

    const { to, mail: arrived } = office.received[0] ?? { to: [], mail: { headers: [] } }
    const names = arrived.headers.map(([name]) => name.toLowerCase())
    expect(to).toEqual(['ada@example.org'])
    expect(names.filter((name) => name === 'subject')).toHaveLength(1)
    expect(names).not.toContain('bcc')
    expect(office.received).toHaveLength(1)
  })
})

describe('mail without SMTP_URL', () => {
  test('stays where it is and counts as sent', async () => {
    expect(await transportTo(null)(mail(), never)).toBe('sent')
  })
})
