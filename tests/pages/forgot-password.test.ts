import { afterAll, describe, expect, test } from 'vitest'
import { createLinkUrls } from '../../src/accounts/link-tokens.ts'
import { findUsers, startReset } from '../../src/accounts/operations.ts'
import { seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readErrors, readFlashes } from '../support/html.ts'
import {
  findUser,
  followLink,
  forgetPassword,
  listEvents,
  newPassword,
  postLink,
} from '../support/journeys.ts'
import { findMails } from '../support/mails.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const ask = (email: string) => site.browse().submit('/forgot-password', { email })

async function registerAndDisable() {
  const person = await register(site)
  const where = { usernameKey: person.username }
  await site.database.user.update({ where, data: { disabledAt: site.clock.now() } })
  return person
}

describe('POST /forgot-password', () => {
  test('says that a link is on its way, if an account has the email', async () => {
    const browser = site.browse()

    const answer = await browser.submit('/forgot-password', { email: 'unknown.to.all@example.org' })
    const page = await browser.follow(answer)

    expect(readFlashes(page.text)).toEqual([
      expect.stringContaining('If an account has that email'),
    ])
  })

  test.each(['UPPER', ' spaces '])('finds the email in %s', async (how) => {
    const { email } = await register(site)

    await ask(how === 'UPPER' ? email.toUpperCase() : ` ${email} `)

    expect(await findMails(site, email, 'reset-password')).toHaveLength(1)
  })

  test('writes to an email that is not verified yet, and to none that is unknown or of a disabled user', async () => {
    const unverified = await register(site)
    const disabled = await registerAndDisable()

    for (const email of [unverified.email, disabled.email, 'unknown@example.org']) await ask(email)

    expect(await findMails(site, unverified.email, 'reset-password')).toHaveLength(1)
    expect(await findMails(site, disabled.email, 'reset-password')).toEqual([])
    expect(await findMails(site, 'unknown@example.org', 'reset-password')).toEqual([])
  })

  test('is an event of the account, and changes nothing about it', async () => {
    const ada = await register(site)
    const before = await findUser(site, ada)

    await ask(ada.email)

    expect(await listEvents(site, ada)).toContain('reset-requested')
    expect(await findUser(site, ada)).toEqual(before)
  })

  test('leaves earlier links and an open page alone: a stranger may have asked', async () => {
    const ada = await register(site)
    const first = await forgetPassword(site, ada)
    const browser = site.browse()
    await browser.follow(await browser.visit(first))
    site.clock.advance(seconds(1))
    const second = await forgetPassword(site, ada)

    const older = await postLink(browser, first, newPassword)
    const newer = await followLink(site.browse(), second, newPassword)

    expect([older.status, newer.status]).toEqual([303, 422])
  })

  test('leaves a link alone that the operator has handed over', async () => {
    const ada = await register(site)
    const tools = { database: site.database, clock: site.clock.now }
    const [user] = await findUsers(tools, ada.email)
    if (!user) throw new Error('There is no such user')
    const { linkId } = await startReset(tools, user)
    const link = createLinkUrls(site.settings.secrets, '')(linkId, '/reset-password')

    await forgetPassword(site, ada)

    expect((await followLink(site.browse(), link, newPassword)).status).toBe(303)
  })

  test.each([
    ['', 'Enter an email.'],
    ['ada', 'Enter an email in the form name@example.com.'],
    ['ada@example.org, eve@example.org', 'Enter an email in the form name@example.com.'],
    ['ada@example.org\nBcc: eve@example.org', 'Enter an email in the form name@example.com.'],
  ])('refuses %j', async (email, message) => {
    const answer = await ask(email)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([message])
  })
})
