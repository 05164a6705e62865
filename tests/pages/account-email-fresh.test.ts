import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readErrors } from '../support/html.ts'
import { findUser } from '../support/journeys.ts'
import { findMails } from '../support/mails.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('asking for a new email long after the password was given', () => {
  test('asks for the password, and then goes on with what was typed, once', async () => {
    const ada = await register(site)
    const { browser, password } = ada
    const email = `new.${ada.email}`
    site.clock.advance(minutes(11))

    const refused = await browser.submit('/account', { email, name: 'Ada L.' })
    const early = await findMails(site, email, 'verify-new-email')
    const wrong = await browser.submit(String(refused.headers.location), { password: 'a guess' })
    const resumed = await browser.submit(String(refused.headers.location), { password })
    const again = await browser.submit(String(refused.headers.location), { password })

    expect([refused.status, refused.headers.location]).toEqual([
      303,
      expect.stringMatching(/^\/reauthenticate\?next=%2Faccount&resume=[\w-]{22}$/),
    ])
    expect(early).toEqual([])
    expect(readErrors(wrong.text)).toEqual(['Wrong password.'])
    expect([resumed.status, resumed.headers.location]).toEqual([303, '/account'])
    expect(again.headers.location).toBe('/dashboard')
    expect(await findMails(site, email, 'verify-new-email')).toHaveLength(1)
    expect(await findUser(site, ada)).toMatchObject({ name: 'Ada L.' })
  })

  test('is not needed for the name alone', async () => {
    const { browser } = await register(site)
    site.clock.advance(minutes(11))

    const answer = await browser.submit('/account', { name: 'Ada L.' })

    expect(answer.headers.location).toBe('/account')
  })
})
