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
  test('writes to one email 5 times an hour at most, from any network and in any spelling', async () => {
    const { askFrom } = await openBusySite()

    for (let count = 0; count < 5; count++) {
      expect((await askFrom(`192.0.2.${count}`, 'unknown@example.org')).status).toBe(303)
    }
    const answer = await askFrom('192.0.2.9', 'UNKNOWN@example.org')
    const other = await askFrom('192.0.2.9', 'grace@example.org')

    expect([answer.status, other.status]).toEqual([429, 303])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.text).toContain('Try again in')
  })

  test('does not tell by what is left that a user has just registered with an email', async () => {
    const { site, askFrom } = await openBusySite()
    const { email } = await register(site)

    const answers = []
    for (const each of [email, 'unknown@example.org']) {
      for (let count = 0; count < 6; count++) {
        answers.push((await askFrom(`192.0.2.${count}`, each)).status)
      }
    }

    const each = [303, 303, 303, 303, 303, 429]
    expect(answers).toEqual([...each, ...each])
  })

  test('has five registrations with one email an hour, from any network', async () => {
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
