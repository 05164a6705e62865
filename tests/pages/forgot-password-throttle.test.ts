import { describe, expect, onTestFinished, test } from 'vitest'
import { hours, minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { doJobs } from '../support/jobs.ts'
import { followLink, forgetPassword, newPassword } from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
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
  test('has one email sent 5 links an hour at most, from any network and in any spelling, and does not say so', async () => {
    const { site, askFrom } = await openBusySite()
    const { email } = await register(site)

    const statuses = []
    for (const each of [email, email.toUpperCase(), 'unknown@example.org']) {
      for (let count = 0; count < 6; count++)
        statuses.push((await askFrom(`192.0.2.${count}`, each)).status)
    }
    const first = await findMails(site, email, 'reset-password')
    site.clock.advance(hours(1))
    await askFrom('192.0.2.1', email)

    expect(statuses).toEqual(Array(18).fill(303))
    expect(first).toHaveLength(5)
    expect(await findMails(site, email, 'reset-password')).toHaveLength(6)
  })

  test('has no further link sent because the user logs other browsers out, which voids none', async () => {
    const { site, askFrom } = await openBusySite()
    const { email, browser } = await register(site)
    for (let count = 0; count < 6; count++) await askFrom('192.0.2.1', email)
    await doJobs(site)

    const _csrf = await browser.takeToken('/account')
    const { status } = await browser.post('/account/devices/revoke-others', { _csrf })
    await askFrom('192.0.2.1', email)

    expect(status).toBe(303)
    expect(await findMails(site, email, 'reset-password')).toHaveLength(5)
  })

  test('shuts no user out: a link that was sent works, and after it another can be asked for', async () => {
    const { site, askFrom } = await openBusySite()
    const ada = await register(site)
    const first = await forgetPassword(site, ada)
    for (let count = 0; count < 6; count++) await askFrom(`192.0.2.${count}`, ada.email)
    await doJobs(site)
    site.clock.advance(minutes(59))

    const reset = await followLink(site.browse(), first, newPassword)
    await askFrom('192.0.2.7', ada.email)
    const again = await readLink(site, ada.email, 'reset-password')

    expect(reset.status).toBe(303)
    expect((await followLink(site.browse(), again, newPassword)).status).toBe(303)
  })

  test('is not shut by those who ask for a verification or change their email to that one', async () => {
    const { site, askFrom } = await openBusySite()
    const ada = await register(site)
    const eve = await register(site)
    const spend = async (path: string, browser = site.browse(), formAt = path) => {
      for (let count = 0; count < 6; count++) {
        browser.headers['X-Forwarded-For'] = `192.0.2.${count}`
        await browser.submit(formAt, { email: ada.email }, path)
      }
    }
    await spend('/resend-verification')
    await spend('/account', eve.browser)

    const answer = await askFrom('192.0.2.9', ada.email)

    expect(answer.status).toBe(303)
    expect(await findMails(site, ada.email, 'reset-password')).toHaveLength(1)
  })

  test('cannot shut the owner of an email out of registering by naming it', async () => {
    const { site } = await openBusySite()
    const { email } = await register(site)

    const statuses = []
    for (let count = 0; count < 7; count++) {
      statuses.push((await site.browse().submit('/register', userFields({ email }))).status)
    }

    expect(statuses).toEqual(Array(7).fill(422))
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
