import { describe, expect, test } from 'vitest'
import { LINK_LIFETIMES } from '../../src/accounts/email-links.ts'
import { endOfUse, KINDS, type Message } from '../../src/mail/messages.ts'
import { createRenderer } from '../../src/mail/templates.ts'
import { linkId, mailTo } from './support/messages.ts'
import { APP_URL, render, renderOptions } from './support/outbox.ts'

const AT = new Date('2026-03-01T12:00:00Z')
const messages = mailTo('Ada')
const withLink = messages.filter((message) => 'linkId' in message)
const reset = (name: string): Message => ({ template: 'reset-password', name, linkId })

describe('a mail', () => {
  test.each(messages)('has one URL to open, in both parts: $template', (message) => {
    const { text, html, link } = render(message, AT)

    expect(text.match(/https?:\S+/g)).toEqual([link])
    // A button, and the same as a link for where it fails.
    expect(html.match(/href="[^"]*"/g)).toEqual([`href="${link}"`, `href="${link}"`])
    expect(html).toContain(`>${link}</a>`)
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
    const { subject, text, html } = render(messages.at(-1) ?? reset(''), AT)

    expect(subject).toBe('Your password was changed')
    for (const part of [text, html]) {
      expect(part).toContain('Your password was changed')
      expect(part).toContain('This happened on your account at Test App.')
      for (const fact of ['Browser: Edge', 'IP: 203.0.113.7', 'Time: 1 Mar 2026, 12:00 UTC'])
        expect(part).toContain(fact)
    }
  })

  test.each(messages)('says where it was caused, in both parts: $template', (message) => {
    const { text, html } = render({ ...message, browser: 'Firefox on Linux', ip: '::1' }, AT)

    for (const part of [text, html])
      for (const fact of ['Browser: Firefox on Linux', 'IP: ::1', 'Time: 1 Mar 2026, 12:00 UTC'])
        expect(part).toContain(fact)
  })

  test.each(messages)(
    'is in the language and the time zone of its reader: $template',
    (message) => {
      const reader = { language: 'es', timeZone: 'Europe/Madrid' }
      const english = render(message, AT)
      const { subject, text, html } = render({ ...message, ...reader }, AT)

      expect(subject).not.toBe(english.subject)
      expect(html).toContain('<html lang="es">')
      expect(text).toMatch(/^Hola, Ada:\n/)
      expect(text).toContain('Hora: 1 mar 2026, 13:00 CET')
      expect(text + html).not.toContain('Hello')
    },
  )

  test('is in DEFAULT_LANGUAGE for a reader who has set none', () => {
    const inSpanish = createRenderer({ ...renderOptions, defaultLanguage: 'es' })

    expect(inSpanish(reset('Ada'), AT).subject).toBe('Elige una nueva contraseña')
    expect(inSpanish({ ...reset('Ada'), language: 'en' }, AT).subject).toBe('Choose a new password')
  })

  test('of an older release says what it said', () => {
    const older = { template: 'security-notice', name: 'Ada', words: 'Password changed' } as const

    const { subject, text } = render({ ...older, browser: 'Edge' }, AT)

    expect(subject).toBe('Password changed')
    expect(text).toContain('Password changed\n\nThis happened on your account')
  })

  test('loads nothing, and leaves the colours of its text to the reader', () => {
    for (const { html } of messages.map((message) => render(message, AT))) {
      expect(html).not.toMatch(/<(img|link|style|script|iframe)|src=|url\(/)
      expect(html).toContain('<meta name="color-scheme" content="light dark">')
      // Each colour of text has its own background, or is the reader's.
      for (const [, colour] of html.matchAll(/[; "]color: ([^;"]*)/g))
        expect(['#ffffff', 'inherit']).toContain(colour)
    }
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

    expect(text).toContain('was changed to ada @example.org. If it was you')
  })

  test('about a theft does not say that there may be nothing to do', () => {
    const notice = { template: 'security-notice', name: 'Ada', words: 'A copy was used' } as const
    const message = { ...notice, browser: 'Edge' }

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
    } as const

    const { text, html } = render({ ...message, browser: 'https://evil.example' }, AT)

    expect(text).toContain('Browser: Unknown browser\n')
    expect(text + html).not.toContain('evil')
  })
})
