import { describe, expect, test } from 'vitest'
import { createLoginApp } from '../support/login-app.ts'

/** The visit of a remembered 佐藤 who lost the session. */
async function comeBack() {
  const browser = createLoginApp().browse()
  await browser.logIn('佐藤', { remember: true })
  browser.loseSession()
  return browser.who()
}

describe('a user whose id is not ASCII', () => {
  test('166. is restored by the remember cookie', async () => {
    expect((await comeBack()).name).toBe('Müller')
  })

  test('167. keeps the id intact', async () => {
    expect((await comeBack()).id).toBe('佐藤')
  })
})
