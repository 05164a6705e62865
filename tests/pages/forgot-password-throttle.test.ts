import { describe, expect, onTestFinished, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register, userFields } from '../support/users.ts'

async function openBusySite() {
  const site = await openTestApp({ THROTTLE: 'on', TRUST_PROXY: '1' })
  onTestFinished(site.close)
  const askFrom = (client: string, email: string) => {
    const browser = site.browse()
    browser.headers['X-Forwarded-For'] = client
    return browser.submit('/forgot-password', { email })
  }
  return { site, askFrom }
}

describe('POST /forgot-password, over and over', () => {
  test('writes to one address 5 times an hour at most, whoever asks and however it is spelt', async () => {
    const { askFrom } = await openBusySite()

    for (let count = 0; count < 5; count++) {
      expect((await askFrom(`192.0.2.${count}`, 'nobody@example.org')).status).toBe(303)
    }
    const answer = await askFrom('192.0.2.9', 'NOBODY@example.org')
    const other = await askFrom('192.0.2.9', 'grace@example.org')

    expect([answer.status, other.status]).toEqual([429, 303])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.text).toContain('Try again in')
  })

  test('does not tell by what is left that somebody has just registered with an address', async () => {
    const { site, askFrom } = await openBusySite()
    const { email } = await register(site)

    const answers = []
    for (const address of [email, 'nobody@example.org']) {
      for (let count = 0; count < 6; count++) {
        answers.push((await askFrom(`192.0.2.${count}`, address)).status)
      }
    }

    const each = [303, 303, 303, 303, 303, 429]
    expect(answers).toEqual([...each, ...each])
  })

  test('has five registrations with one address an hour, whoever asks', async () => {
    const { site } = await openBusySite()
    const { email } = await register(site)

    const statuses = []
    for (let count = 0; count < 5; count++) {
      statuses.push((await site.browse().submit('/register', userFields({ email }))).status)
    }

    expect(statuses).toEqual([422, 422, 422, 422, 429])
  })

  test('has 20 mails an hour sent for one client at most, and does not hold up another', async () => {
    const { askFrom } = await openBusySite()

    for (let count = 0; count < 20; count++) {
      await askFrom('192.0.2.1', `person${count}@example.org`)
    }
    const answer = await askFrom('192.0.2.1', 'person20@example.org')
    const other = await askFrom('192.0.2.2', 'person20@example.org')

    expect([answer.status, other.status]).toEqual([429, 303])
  })
})
