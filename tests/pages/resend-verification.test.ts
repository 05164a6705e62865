import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { followLink, markVerified } from '../support/journeys.ts'
import { openThrottledSite } from '../support/kinds-of-account.ts'
import { findMails, readLink } from '../support/mails.ts'
import { PASSWORD, register, userFields } from '../support/users.ts'

const site = await openThrottledSite('verified')
afterAll(site.close)

const ask = (email: string) => site.browse().submit('/resend-verification', { email })

async function applyFor(email: string, times: number) {
  for (let count = 0; count < times; count++)
    await site.browse().submit('/register', userFields({ email }))
}

async function askOften(email: string) {
  const statuses = []
  for (let count = 0; count < 7; count++) statuses.push((await ask(email)).status)
  return statuses
}

/** A user who registered where emails need not be verified first. */
async function registerUnverified() {
  const open = await openTestApp({ REGISTRATION: 'open' }, site)
  return register(open)
}

describe('POST /register where emails must be verified', () => {
  test('sends one email 5 links an hour at most and does not say so; the user can ask for one', async () => {
    const { email } = userFields()
    const register = () => site.browse().submit('/register', userFields({ email }))

    const statuses = []
    for (let count = 0; count < 7; count++) statuses.push((await register()).status)
    const sent = await findMails(site, email, 'verify-email')
    await ask(email)

    expect(statuses).toEqual(Array(7).fill(303))
    expect(sent).toHaveLength(5)
    expect(await findMails(site, email, 'verify-email')).toHaveLength(6)
  })
})

describe('POST /resend-verification', () => {
  test('sends one email for one request, however many registrations named it', async () => {
    const { email } = userFields()
    await applyFor(email, 4)

    await ask(email)

    expect(await findMails(site, email, 'verify-email')).toHaveLength(5)
  })

  test('tells a user once that they have an account, however many registrations named their email', async () => {
    const ada = await registerUnverified()
    await markVerified(site, ada)
    await applyFor(ada.email, 4)

    await ask(ada.email)

    expect(await findMails(site, ada.email, 'account-exists')).toHaveLength(5)
  })

  test('sends one email 5 links an hour at most, does not say so, and the links sent work', async () => {
    const ada = await registerUnverified()
    const first = await readLink(site, ada.email, 'verify-email')

    const statuses = await askOften(ada.email)

    expect(statuses).toEqual(await askOften('unknown@example.org'))
    expect(statuses).toEqual(Array(7).fill(303))
    expect(await findMails(site, ada.email, 'verify-email')).toHaveLength(1 + 5)
    expect((await followLink(site.browse(), first, { password: PASSWORD })).status).toBe(303)
  })

  test('does so for a registration that waits', async () => {
    const { email } = userFields()
    await applyFor(email, 1)

    expect(await askOften(email)).toEqual(Array(7).fill(303))
    expect(await findMails(site, email, 'verify-email')).toHaveLength(1 + 5)
  })
})
