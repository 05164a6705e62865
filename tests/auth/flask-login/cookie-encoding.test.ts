import { describe, expect, test } from 'vitest'
import { secretsFor, signValue, verifySignature } from '../../../src/cookies.ts'
import { createLoginApp } from '../support/login-app.ts'

// HMAC-SHA-256 of "1" under the key "deterministic", computed by another program.
const SIGNED = 's:1.MBWa3JJsnwWFZ+xRpibYepq2eUpsV0X75oBhhQkINt0'

describe('the remember cookie', () => {
  test('142. is signed with HMAC-SHA-256 and names a random series, so a database swap opens no other account', async () => {
    const browser = createLoginApp().browse()
    await browser.logIn(1, { remember: true })

    const raw = decodeURIComponent(browser.jar.get('remember')?.value ?? '')

    expect(signValue('1', ['deterministic'])).toBe(SIGNED)
    expect(raw).toMatch(/^s:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w-]{43}\.[\w+/]{43}$/)
    expect(verifySignature(raw, secretsFor('remember', ['a secret for tests']))).not.toBe(null)
  })
})

describe('a signed value', () => {
  test('143. is read again', () => {
    expect(verifySignature(SIGNED, ['deterministic'])).toBe('1')
  })

  test('144. is nothing when its signature is of something else', () => {
    expect(verifySignature(SIGNED.replace('s:1', 's:2'), ['deterministic'])).toBe(null)
  })

  test('145. is nothing without its separator', () => {
    expect(verifySignature(SIGNED.replace('.', ''), ['deterministic'])).toBe(null)
  })
})

describe('a value signed with several keys at hand', () => {
  test('146. is signed with the first', () => {
    expect(signValue('1', ['deterministic', 'older'])).toBe(SIGNED)
  })

  test('147. is read with the same key, wherever it stands', () => {
    expect(verifySignature(SIGNED, ['newer', 'deterministic'])).toBe('1')
  })

  test('148. is nothing when no key signed it', () => {
    expect(verifySignature(SIGNED, ['newer', 'newest'])).toBe(null)
  })

  test('149. is nothing without its separator', () => {
    expect(verifySignature(SIGNED.replace('.', ''), ['newer', 'deterministic'])).toBe(null)
  })
})
