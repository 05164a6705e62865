import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const { browser } = await register(site)

const FIELDS: [string, string][] = [
  ['/login', 'username'],
  ['/register', 'username'],
  ['/register', 'email'],
  ['/forgot-password', 'email'],
  ['/resend-verification', 'email'],
  ['/account', 'username'],
  ['/account', 'email'],
  ['/account/delete', 'username'],
]

describe('a field for a user name or an email', () => {
  test.each(FIELDS)('at %s is not changed by the keyboard of a phone: %s', async (path, name) => {
    const visitor = path.startsWith('/account') ? browser : site.browse()

    const { text } = await visitor.visit(path)
    const input = new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(text)?.[0]

    for (const attribute of ['autocapitalize="none"', 'autocorrect="off"', 'spellcheck="false"'])
      expect(input).toContain(attribute)
  })
})
