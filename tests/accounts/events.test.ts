import { afterAll, describe, expect, test } from 'vitest'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { doJobs } from '../support/jobs.ts'
import { newPassword } from '../support/journeys.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('an email that is not verified', () => {
  test('gets nothing but the mail that verifies it, whatever happens on the account', async () => {
    const ada = await register(site)
    const { browser, email, password: current } = ada
    const _csrf = await browser.takeToken('/account')

    const statuses = [
      (await browser.post('/account/export', { _csrf })).status,
      (await browser.post('/account/devices/revoke-others', { _csrf })).status,
    ]
    for (let time = 0; time < 5; time++) {
      await browser.submit('/reauthenticate', { password: 'a wrong one' })
    }
    const changed = await browser.submit('/account/password', { current, ...newPassword })
    await logInElsewhere(site, { ...ada, ...newPassword })
    await doJobs(site)

    const mails = await site.database.outboxMessage.findMany({ where: { recipient: email } })
    expect([...statuses, changed.status]).toEqual([200, 303, 303])
    expect(mails.map(({ template }) => template)).toEqual(['verify-email'])
  })
})
