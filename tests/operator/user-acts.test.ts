import { afterAll, describe, expect, test } from 'vitest'
import { findUsers } from '../../src/accounts/operations.ts'
import { ACTS } from '../../src/operator/user-acts.ts'
import { readActivity } from '../support/activity.ts'
import { openTestApp } from '../support/app.ts'
import {
  askForNewEmail,
  deleteAccount,
  findUser,
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  moveTo,
  openLink,
} from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { logIn, register, registerVerified } from '../support/users.ts'
import { commandsOf, kindsOf, openOperator } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const { database } = site
const run = commandsOf(site)
const ASKING = { password: async () => ({ ok: true, password: '' }) as const, line: async () => '' }

test.each(['disable', 'enable', 'log-out', 'unlock', 'verify'] as const)(
  '%s says that the user was erased meanwhile, whether it was done or not',
  async (act) => {
    const { username } = await register(site)
    const operator = openOperator(site)
    const [user] = await findUsers(operator.accounts, username)
    if (!user) throw new Error(`No user ${username}`)
    await database.user.delete({ where: { id: user.id } })

    const outcome = await ACTS[act]({ ...operator, ask: ASKING }, user)

    expect(outcome).toEqual({ problem: `“${username}” was erased meanwhile.` })
  },
)

describe('unlock', () => {
  test('lets the user try again, by name and by email, and is an event', async () => {
    const limited = await openTestApp({ THROTTLE: 'on', REGISTRATIONS_PER_HOUR: '1000' }, site)
    const ada = await register(limited)
    const bob = await register(limited)
    const guess = (username: string) =>
      logIn(limited.browse(), { ...ada, username, password: 'not my password' })
    for (const name of [ada.username, ada.email, bob.username]) {
      for (let time = 0; time < 11; time++) await guess(name)
    }
    const before = await logIn(limited.browse(), ada)

    const outcome = await run({ act: 'unlock', name: ada.username })
    const byName = await logIn(limited.browse(), ada)
    const byEmail = await logIn(limited.browse(), { ...ada, username: ada.email })

    expect(before.status).toBe(429)
    expect(outcome).toMatchObject({ lines: [`“${ada.username}” has all attempts again.`] })
    expect([byName.status, byEmail.status]).toEqual([303, 303])
    expect((await logIn(limited.browse(), bob)).status).toBe(429)
    const [row] = (await readActivity(ada.browser)).filter(({ words }) => /operator/.test(words))
    expect(row).toMatchObject({
      words: 'Failed attempts forgotten by the operator',
      browser: 'the operator’s command line',
    })
  })
})

describe('verify', () => {
  test('counts the email as verified, once, and is an event', async () => {
    const { username } = await register(site)

    const outcome = await run({ act: 'verify', name: username })
    const again = await run({ act: 'verify', name: username })

    expect(outcome).toMatchObject({ json: { state: 'active' }, exitCode: 0 })
    expect(again).toMatchObject({ lines: [`“${username}” had a verified email already.`] })
    expect(
      (await kindsOf(site, username)).filter((kind) => kind === 'email-verified'),
    ).toHaveLength(1)
    expect((await findUser(site, { username })).emailVerifiedAt).not.toBeNull()
  })
})

describe('change-email', () => {
  test('counts the new email as verified, tells the old one, and gives that a way back', async () => {
    const ada = await registerVerified(site)
    const email = `new-${ada.email}`

    const outcome = await run({ act: 'change-email', name: ada.username, email })
    const changed = await findUser(site, ada)
    const wayBack = await readLink(site, ada.email, 'email-changed')
    await followLink(site.browse(), wayBack)

    expect(outcome).toMatchObject({ json: { email, state: 'active' }, exitCode: 0 })
    expect(changed).toMatchObject({ email, emailKey: email })
    expect(await kindsOf(site, ada.username)).toContain('email-changed')
    expect((await findUser(site, ada)).email).toBe(ada.email)
  })

  test('gives an email that was never verified no way back, and voids its link for a password', async () => {
    const ada = await register(site)
    const reset = await forgetPassword(site, ada)

    await run({ act: 'change-email', name: ada.username, email: `new-${ada.email}` })

    const [told] = await findMails(site, ada.email, 'email-changed')
    expect(told).toMatchObject({ newEmail: `new-${ada.email}` })
    expect(told).not.toHaveProperty('linkId')
    expect((await openLink(site.browse(), reset)).text).toContain(LINK_IS_OVER)
  })

  test('voids the change of email that waits', async () => {
    const ada = await registerVerified(site)
    const waiting = await askForNewEmail(site, ada, `other-${ada.email}`)
    // The first visit shows the message of the form as well.
    await ada.browser.visit('/account')
    const before = await ada.browser.visit('/account')

    await run({ act: 'change-email', name: ada.username, email: `new-${ada.email}` })

    expect((await openLink(site.browse(), waiting)).text).toContain(LINK_IS_OVER)
    expect(before.text).toContain(`other-${ada.email}`)
    expect((await ada.browser.visit('/account')).text).not.toContain(`other-${ada.email}`)
  })

  test('refuses an email of another user, one that is none, and a user who cannot log in', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const change = (email: string) => run({ act: 'change-email', name: ada.username, email })

    const taken = await change(bob.email.toUpperCase())
    const malformed = await change('ada at home')
    await run({ act: 'disable', name: ada.username })
    const disabled = await change(`new-${ada.email}`)

    expect(taken).toEqual({ problem: 'That email is already taken.' })
    expect(malformed).toMatchObject({ problem: expect.stringMatching(/email/) })
    expect(disabled).toMatchObject({ problem: expect.stringContaining('Enable the account first') })
    expect((await findUser(site, ada)).email).toBe(ada.email)
  })
})

describe('erase', () => {
  const ok = { ok: true, password: '' } as const

  test('asks for the user name, and erases nothing when another is typed', async () => {
    const { username } = await register(site)

    const outcome = await run({ act: 'erase', name: username }, ok, `${username}x`)

    expect(outcome).toEqual({ problem: 'That is not the user name. Nothing was erased.' })
    expect(await findUser(site, { username })).toMatchObject({ deletionDueAt: null })
  })

  test('leaves nothing of the account, and tells its verified email', async () => {
    const ada = await registerVerified(site)
    const { id: userId } = await findUser(site, ada)

    const outcome = await run({ act: 'erase', name: ada.email }, ok, ada.username)

    expect(outcome).toMatchObject({ json: { state: 'erased' }, exitCode: 0 })
    expect((await ada.browser.visit('/dashboard')).status).toBe(302)
    const left = await Promise.all([
      database.user.count({ where: { id: userId } }),
      database.securityEvent.count({ where: { userId } }),
      database.device.count({ where: { userId } }),
      database.outboxMessage.count({ where: { userId } }),
    ])
    expect(left).toEqual([0, 0, 0, 0])
    expect(await findMails(site, ada.email, 'account-erased')).toHaveLength(1)
  })

  test('tells an email that could take the account back, and none that was never verified', async () => {
    const ada = await registerVerified(site)
    await moveTo(site, ada, `new-${ada.email}`)
    const bob = await register(site)

    await run({ act: 'erase', name: ada.username, yes: true })
    await run({ act: 'erase', name: bob.username, yes: true })

    const told = await Promise.all(
      [ada.email, `new-${ada.email}`, bob.email].map((email) =>
        findMails(site, email, 'account-erased'),
      ),
    )
    expect(told.map(({ length }) => length)).toEqual([1, 1, 0])
  })

  test('does not wait for the day that the user has chosen', async () => {
    const ada = await registerVerified(site)
    await deleteAccount(site, ada)

    await run({ act: 'erase', name: ada.username, yes: true })

    expect(await database.user.count({ where: { username: ada.username } })).toBe(0)
  })
})
