import { describe, expect, test } from 'vitest'
import { LINK_LIFETIMES } from '../../src/accounts/email-links.ts'
import { endOfUse, KINDS, type Message } from '../../src/mail/messages.ts'
import { APP_URL, render } from './support/outbox.ts'

const AT = new Date('2026-03-01T12:00:00Z')
const linkId = 'link-1'

const mailTo = (name: string): Message[] => [
  { template: 'verify-email', name, linkId },
  { template: 'verify-new-email', name, linkId },
  { template: 'email-changed', name, newEmail: 'new@example.org', linkId },
  { template: 'reset-password', name, linkId },
  { template: 'account-exists', name },
  { template: 'deletion-scheduled', name, linkId, deletionDueAt: '2026-03-15T12:00:00Z' },
  {
    template: 'security-notice',
    name,
    words: 'Password changed',
    browser: 'Edge',
    at: '2026-03-01T11:59:00Z',
  },
]

const messages = mailTo('Ada')
const withLink = messages.filter((message) => 'linkId' in message)
const reset = (name: string): Message => ({ template: 'reset-password', name, linkId })

describe('a mail', () => {
  test.each(messages)('has one URL to open, in both parts: $template', (message) => {
    const { text, html, link } = render(message, AT)

    expect(text.match(/https?:\S+/g)).toEqual([link])
    expect(html.match(/href="[^"]*"/g)).toEqual([`href="${link}"`])
  })

  test.each(withLink)('carries its link to the page that uses it up: $template', (message) => {
    const { link } = render(message, AT)

    expect(link).toBe(`${APP_URL}${KINDS[message.template].path}?token=${linkId}.mac`)
  })

  test.each(messages)('says what to do if it was not you, in both parts: $template', (message) => {
    const { text, html } = render(message, AT)

    expect(text).toContain('If it was not you, ')
    expect(html).toContain('If it was not you, ')
  })

  test.each([
    ['verify-email', 'for 7 days, until 8 Mar 2026, 12:00 UTC'],
    ['verify-new-email', 'for 24 hours, until 2 Mar 2026, 12:00 UTC'],
    ['email-changed', 'for 72 hours, until 4 Mar 2026, 12:00 UTC'],
    ['reset-password', 'for 60 minutes, until 1 Mar 2026, 13:00 UTC'],
    ['deletion-scheduled', 'for 14 days, until 15 Mar 2026, 12:00 UTC'],
  ] as const)('says how long its link works, in both parts: %s', (template, words) => {
    const message = messages.find((one) => one.template === template) ?? reset('')

    const { text, html } = render(message, AT)

    expect(text).toContain(words)
    expect(html).toContain(words)
  })

  test('says nothing of a time where a link has none', () => {
    const { text, html } = render({ template: 'account-exists', name: 'Ada' }, AT)

    expect(text + html).not.toContain('works for')
  })

  test.each([
    ['verify-email', 'verify-email'],
    ['verify-new-email', 'verify-new-email'],
    ['email-changed', 'undo-email'],
    ['reset-password', 'reset-password'],
    ['deletion-scheduled', 'restore-account'],
  ] as const)('promises for %s the time that the link has', (template, purpose) => {
    const end = endOfUse(template, AT)

    expect(end).toEqual(new Date(AT.getTime() + LINK_LIFETIMES[purpose]))
  })

  test('says what happened, where and when', () => {
    const { text, html } = render(messages.at(-1) ?? reset(''), AT)

    expect(text).toContain('Password changed.\nEdge, 1 Mar 2026, 11:59 UTC.')
    expect(html).toContain('Password changed.\nEdge, 1 Mar 2026, 11:59 UTC.')
  })

  test('greets by name, escaped in the HTML part alone', () => {
    const { text, html } = render(reset(`O'Hara & "Sons"`), AT)

    expect(text).toMatch(/^Hello O'Hara & "Sons",\n/)
    expect(html).toContain('<p>Hello O&#39;Hara &amp; &quot;Sons&quot;,</p>')
  })

  test.each([
    'https://evil.example/win',
    'evil.example',
    'WWW evil',
    'ada@evil.example',
    '<b>Ada</b>',
    'You won, call +44 20 7946 0000 and say your password now, quickly',
    '\n',
  ])('greets no user by a name that could be clicked on or is no name: %j', (name) => {
    for (const message of mailTo(name)) {
      const { subject, text, html } = render(message, AT)

      expect(text).toMatch(/^Hello,\n/)
      expect(html).toContain('<p>Hello,</p>')
      expect(subject + text + html).not.toMatch(/evil|<b>|won/i)
    }
  })

  test.each(['Ada\r\nBcc: eve', 'Ada\u2028Lovelace', 'Ada\u202eecalevoL'])(
    'keeps a name on its line: %j',
    (name) => {
      const { text } = render(reset(name.replace(':', '')), AT)

      expect(text).toMatch(/^Hello Ada [\w ]+,\n/)
    },
  )

  test('keeps a new email on its line', () => {
    const newEmail = 'ada\n\u2028@example.org'

    const { text } = render({ template: 'email-changed', name: 'Ada', linkId, newEmail }, AT)

    expect(text).toContain('was changed to ada @example.org.\n')
  })

  test('about a theft does not say that there may be nothing to do', () => {
    const notice = { template: 'security-notice', name: 'Ada', words: 'A copy was used' } as const
    const message = { ...notice, browser: 'Edge', at: AT.toISOString() }

    const theft = render({ ...message, isTheft: true }, AT)
    const other = render(message, AT)

    expect([theft.text, other.text].map((text) => text.includes('nothing to do'))).toEqual([
      false,
      true,
    ])
    expect(theft.text).toContain('Choose a new password at once')
  })

  test('shows no URL that a browser gives as its name', () => {
    const message = {
      template: 'security-notice',
      name: 'Ada',
      words: 'Logged in',
      at: AT.toISOString(),
    } as const

    const { text, html } = render({ ...message, browser: 'https://evil.example' }, AT)

    expect(text).toContain('An unknown browser, ')
    expect(text + html).not.toContain('evil')
  })
})
