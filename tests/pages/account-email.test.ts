import { afterAll, describe, expect, test } from 'vitest'
import { requestNewEmail } from '../../src/accounts/email-addresses.ts'
import { findUser as findLoggedIn } from '../../src/accounts/users.ts'
import { days, minutes, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  askForNewEmail,
  findUser,
  followLink,
  LINK_IS_OVER,
  listEvents,
  markVerified,
  newPassword,
  openLink,
} from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { isLoggedIn, logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const answerLink = async (link: string) => (await followLink(site.browse(), link)).status

describe('a new email', () => {
  test('counts once it is verified, and not before', async () => {
    const ada = await register(site)
    const email = `new.${ada.email}`

    const answer = await ada.browser.submit('/account', { email })
    const profile = await ada.browser.follow(answer)
    const before = await findUser(site, ada)
    await followLink(ada.browser, await readLink(site, email, 'verify-new-email'))

    expect(readFlashes(profile.text)).toEqual([
      expect.stringContaining('Open the link in the email'),
    ])
    expect(profile.text).toContain(`We sent a link to <strong><bdi>${email}</bdi>`)
    expect(before).toMatchObject({ email: ada.email })
    expect(await findUser(site, ada)).toMatchObject({ email, emailVerifiedAt: site.clock.now() })
    expect((await logIn(site.browse(), { ...ada, username: email })).status).toBe(303)
    expect((await ada.browser.visit('/account')).text).not.toContain('We sent a link')
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await listEvents(site, ada)).toContain('email-changed')
  })

  test('is asked for nowhere but there: the old one hears of it once it counts', async () => {
    const ada = await register(site)
    await markVerified(site, ada)

    const link = await askForNewEmail(site, ada, `new.${ada.email}`)
    const before = await findMails(site, ada.email, 'email-changed')
    await followLink(ada.browser, link)

    expect(before).toEqual([])
    expect(await findMails(site, ada.email, 'email-changed')).toHaveLength(1)
  })

  test('tells an old one that was never verified too, but gives it no way back: it may be a stranger’s', async () => {
    const ada = await register(site)

    await followLink(ada.browser, await askForNewEmail(site, ada, `new.${ada.email}`))

    const [notice] = await findMails(site, ada.email, 'email-changed')
    expect(notice).toMatchObject({ newEmail: `new.${ada.email}` })
    expect(notice).not.toHaveProperty('linkId')
  })

  test('goes on waiting while something else of the profile is saved', async () => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)

    await ada.browser.submit('/account', { name: 'Ada Lovelace' })

    expect(await answerLink(link)).toBe(303)
  })

  test('is given up by the button beside the notice', async () => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)

    const _csrf = await ada.browser.takeToken('/account')
    const answer = await ada.browser.post('/account/keep-email', { _csrf })
    const profile = await ada.browser.follow(answer)

    expect(readFlashes(profile.text)).toEqual(['Your email stays as it is.'])
    expect(profile.text).not.toContain('We sent a link')
    expect(await answerLink(link)).toBe(422)
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
  })

  test('can not be given up any more once it is verified, and the notice says so', async () => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)
    const _csrf = await ada.browser.takeToken('/account')
    await answerLink(link)

    const answer = await ada.browser.post('/account/keep-email', { _csrf })
    const profile = await ada.browser.follow(answer)

    expect(answer.status).toBe(303)
    expect(readFlashes(profile.text)).toEqual([
      'There was no change to cancel. Your email is the one below.',
    ])
  })

  test('is given up without the password: the account keeps the email it has', async () => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)
    site.clock.advance(minutes(20))

    const answer = await ada.browser.submit('/account', {}, '/account/keep-email')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await answerLink(link)).toBe(422)
  })

  test('voids the link that would have verified the one before', async () => {
    const ada = await register(site)
    const first = await readLink(site, ada.email, 'verify-email')

    await followLink(ada.browser, await askForNewEmail(site, ada, `new.${ada.email}`))
    const status = await answerLink(first)

    expect(status).toBe(422)
    expect(await isLoggedIn(ada.browser)).toBe(true)
  })

  test('can be verified in any browser: it is enough to read the mailbox', async () => {
    const ada = await register(site)

    const status = await answerLink(await askForNewEmail(site, ada, `new.${ada.email}`))

    expect(status).toBe(303)
    expect(await isLoggedIn(ada.browser)).toBe(true)
  })

  test('is shown with the name that the email has greeted, also where another user is logged in', async () => {
    const [ada, eve] = [await register(site), await register(site)]
    await ada.browser.submit('/account', { name: 'Ada Lovelace' })
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)

    for (const browser of [ada.browser, eve.browser, site.browse()]) {
      const { text } = await openLink(browser, link)
      const [main = ''] = /<main[\s\S]*<\/main>/.exec(text) ?? []
      expect(main).toContain(
        `<bdi>new.${ada.email}</bdi></strong> as the email of the account <strong><bdi>Ada Lovelace</bdi></strong>.`,
      )
      expect(main.replaceAll(`new.${ada.email}`, '')).not.toContain(ada.username)
    }
    const answer = await followLink(eve.browser, link)
    expect(readFlashes((await eve.browser.follow(answer)).text)).toEqual(['The email is verified.'])
  })

  test.each([
    [days(1) - seconds(1), 303],
    [days(1), 422],
  ])('can be confirmed for a day: after %i ms it is answered by %i', async (wait, status) => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)

    site.clock.advance(wait)

    expect(await answerLink(link)).toBe(status)
  })

  test('is forgotten when another is asked for: neither link verifies what the other asked', async () => {
    const ada = await register(site)
    const first = await askForNewEmail(site, ada, `one.${ada.email}`)
    const second = await askForNewEmail(site, ada, `two.${ada.email}`)

    const statuses = [await answerLink(first), await answerLink(second)]

    expect(statuses).toEqual([422, 303])
    expect(await findUser(site, ada)).toMatchObject({ email: `two.${ada.email}` })
  })

  test('is one of two that were asked for at once, and its link the only one', async () => {
    const ada = await register(site)
    const emails = [`one.${ada.email}`, `two.${ada.email}`]

    await Promise.all(emails.map((email) => ada.browser.submit('/account', { email })))
    const links = await Promise.all(
      emails.map((email) => readLink(site, email, 'verify-new-email')),
    )
    const statuses = [await answerLink(links[0] ?? ''), await answerLink(links[1] ?? '')]

    expect([...statuses].sort()).toEqual([303, 422])
    const confirmed = emails[statuses.indexOf(303)]
    expect(await findUser(site, ada)).toMatchObject({ email: confirmed })
  })

  test('is refused where another account has it by then, and says so', async () => {
    const ada = await register(site)
    const email = `wanted.${ada.email}`
    const link = await askForNewEmail(site, ada, email)
    await register(site, { email: email.toUpperCase() })

    const answer = await followLink(ada.browser, link)

    expect(answer.status).toBe(422)
    expect(answer.text).toContain('That email belongs to another account by now.')
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
    expect(await listEvents(site, ada)).not.toContain('email-changed')
    expect(await findMails(site, ada.email, 'email-changed')).toEqual([])
  })

  test('does not tell the user who asks for it whether another account has it', async () => {
    const [ada, bob] = [await register(site), await register(site)]

    const taken = await ada.browser.submit('/account', { email: bob.email })
    const free = await ada.browser.submit('/account', { email: `free.${bob.email}` })

    expect([taken.status, taken.headers.location]).toEqual([free.status, free.headers.location])
  })

  test.each([
    ['a change of the password', '/account/password', { current: PASSWORD, ...newPassword }],
    ['logging out all other browsers', '/account/devices/revoke-others', {}],
  ])('dies with %s: an intruder may have asked for it', async (_, path, fields) => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)

    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.post(path, { _csrf, ...fields })

    const shown = await openLink(site.browse(), link)
    expect(shown.text).toContain(LINK_IS_OVER)
    expect(await answerLink(link)).toBe(422)
  })

  test('is not asked for by a session that was ended while its form was under way', async () => {
    const ada = await register(site)
    const { accounts } = site.services
    const { id } = await findUser(site, ada)
    const user = await findLoggedIn(accounts, id)

    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.post('/account/devices/revoke-others', { _csrf })
    const by = { browser: 'Edge' }
    const isSent = user && (await requestNewEmail(accounts, user, `new.${ada.email}`, by))

    expect(isSent).toBe(false)
    expect(await findMails(site, `new.${ada.email}`, 'verify-new-email')).toEqual([])
  })

  test('is not put in the place of an email that it was not asked from', async () => {
    const ada = await register(site)
    const link = await askForNewEmail(site, ada, `new.${ada.email}`)
    const email = `set.by.another.program.${ada.email}`
    const where = { username: ada.username }
    await site.database.user.updateMany({ where, data: { email, emailKey: email } })

    expect(await answerLink(link)).toBe(422)
    expect(await findUser(site, ada)).toMatchObject({ email })
  })
})
