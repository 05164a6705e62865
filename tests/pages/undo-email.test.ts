import { afterAll, describe, expect, test } from 'vitest'
import { disableUser, enableUser, logOutUser } from '../../src/accounts/operations.ts'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  askForNewEmail,
  deleteAccount,
  findUser,
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  listEvents,
  moveTo,
  NEW_PASSWORD,
  newPassword,
  openLink,
} from '../support/journeys.ts'
import { findMails, findNotices, readLink } from '../support/mails.ts'
import {
  isLoggedIn,
  logIn,
  PASSWORD,
  type Person,
  register,
  registerVerified,
  userFields,
} from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const tools = { database: site.database, clock: site.clock.now }
const idOf = async (person: Person) => (await findUser(site, person)).id

describe('the email to the one before', () => {
  test('says which the new one is', async () => {
    const ada = await register(site)

    await moveTo(site, ada, `new.${ada.email}`)

    const mails = await findMails(site, ada.email, 'email-changed')
    expect(mails).toEqual([expect.objectContaining({ newEmail: `new.${ada.email}` })])
  })

  test('holds a link that gives the account back, ends everything else, and asks for a new password', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    const owner = site.browse()

    const shown = await openLink(owner, link)
    const answer = await followLink(owner, link)
    const next = await owner.follow(answer)
    const thiefIsIn = await isLoggedIn(ada.browser)
    const thief = await logIn(site.browse(), ada)
    const reset = await owner.submit('/reset-password', newPassword)

    expect(shown.text).toContain(`<bdi>${ada.email}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
    expect(readFlashes(next.text)).toEqual([expect.stringContaining('Your email is back')])
    expect(reset.headers.location).toBe('/login')
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
    expect([thiefIsIn, thief.status]).toEqual([false, 422])
    expect((await logIn(site.browse(), { ...ada, password: NEW_PASSWORD })).status).toBe(303)
  })

  test('is an event, and the email that is back is told', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)

    await followLink(site.browse(), link)

    expect(await listEvents(site, ada)).toContain('email-change-undone')
    expect(await findNotices(site, ada.email)).toContain('Change of email undone')
  })

  test('logs no user in', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    const owner = site.browse()

    await followLink(owner, link)

    expect(await isLoggedIn(owner)).toBe(false)
    expect(owner.valueOf('session')).toBeUndefined()
  })

  test.each([
    [hours(72) - seconds(1), 303],
    [hours(72), 422],
  ])('is good for 72 hours: after %i ms it is answered by %i', async (wait, status) => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)

    site.clock.advance(wait)
    const shown = await openLink(site.browse(), link)

    expect(shown.text.includes(LINK_IS_OVER)).toBe(status === 422)
    expect((await followLink(site.browse(), link)).status).toBe(status)
  })

  test('works once: of two who post it at the same time, one succeeds', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)

    const answers = await Promise.all([
      followLink(site.browse(), link),
      followLink(site.browse(), link),
    ])

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
    expect(answers.find(({ status }) => status === 422)?.text).toContain(LINK_IS_OVER)
  })
})

describe('a thief who has taken an account over cannot keep it', () => {
  test('by another password', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    const { password: current } = ada
    await ada.browser.submit('/account/password', { current, ...newPassword })

    expect((await followLink(site.browse(), link)).status).toBe(303)
  })

  test('by a second change of email, nor by the way back that they then have', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    site.clock.advance(seconds(1))
    const wayBack = await moveTo(site, ada, `newer.${ada.email}`)

    const answer = await followLink(site.browse(), link)

    expect(answer.status).toBe(303)
    expect((await followLink(site.browse(), wayBack)).status).toBe(422)
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
  })

  test('by the way back from an email that they set in between, once the user has moved on and set a password', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `evil.${ada.email}`)
    site.clock.advance(seconds(1))
    const wayBack = await moveTo(site, ada, `third.${ada.email}`)

    await ada.browser.submit('/account/password', { current: ada.password, ...newPassword })

    expect((await followLink(site.browse(), wayBack)).status).toBe(422)
    expect((await followLink(site.browse(), link)).status).toBe(303)
  })

  test('by registering with the email that is free now, until the link is over', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    const sitAt = (username: string) =>
      site.browse().submit('/register', userFields({ username, email: ada.email.toUpperCase() }))

    const early = await sitAt('squatter1')
    const undone = await followLink(site.browse(), link)
    site.clock.advance(days(4))
    const bob = await register(site)
    await moveTo(site, bob, `new.${bob.email}`)
    site.clock.advance(hours(72))
    const late = await site.browse().submit('/register', userFields({ email: bob.email }))

    expect([early.status, undone.status, late.status]).toEqual([422, 303, 303])
  })

  test('by registering with it where emails must be verified, before it was given up or after', async () => {
    const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
    const email = 'given-up@example.org'
    const apply = () => verified.browse().submit('/register', userFields({ email }))
    await apply()
    const early = await readLink(verified, email, 'verify-email')
    const ada = await register(site)
    await moveTo(site, ada, email)
    site.clock.advance(seconds(1))
    const wayBack = await moveTo(site, ada, `new.${ada.email}`)

    await apply()
    const answer = await followLink(verified.browse(), early, { password: PASSWORD })

    expect(answer.status).toBe(422)
    expect(await findMails(verified, email, 'verify-email')).toHaveLength(1)
    expect((await followLink(site.browse(), wayBack)).status).toBe(303)
  })
})

/** What each kind of change by the user does to the ways back. */
describe('a way back', () => {
  /** A thief moves the account to an email of theirs; the user moves it back. */
  async function moveThereAndBack() {
    const ada = await registerVerified(site)
    const evil = `evil.${ada.email}`
    const own = await moveTo(site, ada, evil)
    site.clock.advance(minutes(1))
    await followLink(ada.browser, await askForNewEmail(site, ada, ada.email))
    return { ada, evil, own }
  }

  test('is not given to the email that a user replaces with their own earlier one, which is told all the same', async () => {
    const { evil } = await moveThereAndBack()

    const mails = await findMails(site, evil, 'email-changed')
    expect(mails).toHaveLength(1)
    expect(mails[0]).not.toHaveProperty('linkId')
  })

  test('that a thief got in between ends when the user returns', async () => {
    const ada = await registerVerified(site)
    await moveTo(site, ada, `evil.${ada.email}`)
    site.clock.advance(seconds(1))
    const thiefs = await moveTo(site, ada, `worse.${ada.email}`)
    site.clock.advance(seconds(1))

    await followLink(ada.browser, await askForNewEmail(site, ada, ada.email))

    expect((await followLink(site.browse(), thiefs)).status).toBe(422)
  })

  test.each<[string, (ada: Person, email: string) => Promise<unknown>]>([
    [
      'a password is set through the current mailbox, as by a user to whom the account was handed over',
      async (ada, email) => {
        const link = await forgetPassword(site, { ...ada, email })
        await followLink(site.browse(), link, newPassword)
      },
    ],
    [
      'the account is scheduled for deletion, and was restored since',
      async (ada, email) => followLink(site.browse(), await deleteAccount(site, { ...ada, email })),
    ],
    ['the operator logs the user out', async (ada) => logOutUser(tools, await idOf(ada))],
    [
      'the operator disables the account, and has enabled it since',
      async (ada) =>
        (await disableUser(tools, await idOf(ada))) && enableUser(tools, await idOf(ada)),
    ],
  ])('ends when %s', async (_, act) => {
    const ada = await registerVerified(site)
    const email = `new.${ada.email}`
    const wayBack = await moveTo(site, ada, email)

    await act(ada, email)
    const answer = await followLink(site.browse(), wayBack)

    expect(answer.status).toBe(422)
    expect(await findUser(site, ada)).toMatchObject({ email })
  })

  test('that ends by a password set through the current mailbox says so to the email that loses it', async () => {
    const ada = await registerVerified(site)
    const email = `new.${ada.email}`
    await moveTo(site, ada, email)
    const link = await forgetPassword(site, { ...ada, email })

    await followLink(site.browse(), link, newPassword)

    expect(await findNotices(site, ada.email)).toContain('New password chosen through a link')
  })

  test('that a thief ends through the new mailbox is no more, and an email says so to the one before', async () => {
    const busy = await openTestApp({ THROTTLE: 'on' }, site)
    const ada = await registerVerified(busy)
    const evil = `evil.${ada.email}`
    const wayBack = await moveTo(busy, ada, evil)
    await followLink(
      busy.browse(),
      await forgetPassword(busy, { ...ada, email: evil }),
      newPassword,
    )

    await busy.services.mail.sender.sendDue()
    const sent = await busy.services.mail.mailbox.list({ most: 50 })

    expect((await followLink(busy.browse(), wayBack)).status).toBe(422)
    const texts = sent.filter(({ to }) => to === ada.email).map(({ text }) => text)
    const told = texts.find((text) => text.includes('A new password was chosen through a link'))
    expect(told).toContain(
      'The link that could take the account back to this email no longer works.',
    )
    expect(told).toContain('tell the operator of this site at once')
    expect(texts.join()).toContain(`was changed to ${evil}`)
  })

  test('that ends by a request to delete the account says so to the email that loses it', async () => {
    const ada = await registerVerified(site)
    const email = `new.${ada.email}`
    await moveTo(site, ada, email)

    await deleteAccount(site, { ...ada, email })

    expect(await findNotices(site, ada.email)).toContain('Deletion requested')
  })

  test('stays when a password is set through a link that was sent before the email was changed', async () => {
    const ada = await registerVerified(site)
    const reset = await forgetPassword(site, ada)
    const wayBack = await moveTo(site, ada, `evil.${ada.email}`)

    await followLink(site.browse(), reset, newPassword)

    expect((await followLink(site.browse(), wayBack)).status).toBe(303)
  })
})

describe('the email that undoing a change has replaced', () => {
  async function undo() {
    const ada = await registerVerified(site)
    const displaced = `new.${ada.email}`
    await followLink(site.browse(), await moveTo(site, ada, displaced))
    return { ada, displaced, link: await readLink(site, displaced, 'email-change-undone') }
  }

  test('can object: that is recorded for user and operator, and changes nothing else', async () => {
    const { ada, link } = await undo()
    const before = await findUser(site, ada)

    const shown = await openLink(site.browse(), link)
    const answer = await followLink(site.browse(), link)
    const again = await followLink(site.browse(), link)

    expect(shown.text).toContain('Object to this change')
    expect([answer.status, answer.headers.location, again.status]).toEqual([303, '/', 422])
    expect(await listEvents(site, ada)).toContain('email-undo-disputed')
    expect(await findNotices(site, ada.email)).toContain(
      'The email that was replaced objected to undoing the change',
    )
    expect(await findUser(site, ada)).toEqual(before)
    expect(site.logged.map(({ event }) => event)).toContain('account_disputed')
  })
  test.each<[string, (ada: Person) => Promise<unknown>]>([
    [
      'chooses the next password',
      async (ada) =>
        followLink(site.browse(), await readLink(site, ada.email, 'reset-password'), newPassword),
    ],
    [
      'changes it again',
      async (ada) => {
        const link = await readLink(site, ada.email, 'reset-password')
        await followLink(site.browse(), link, newPassword)
        const browser = site.browse()
        await logIn(browser, { ...ada, password: NEW_PASSWORD })
        const fields = { password: PASSWORD, confirm: PASSWORD }
        await browser.submit('/account/password', { current: NEW_PASSWORD, ...fields })
      },
    ],
  ])('can object also after the one who undid it %s', async (_, act) => {
    const { ada, link } = await undo()
    await site.browse().submit('/forgot-password', { email: ada.email })

    await act(ada)

    expect((await followLink(site.browse(), link)).status).toBe(303)
    expect(await listEvents(site, ada)).toContain('email-undo-disputed')
  })

  test.each<[string, (ada: Person) => Promise<unknown>]>([
    ['the operator logs the user out', async (ada) => logOutUser(tools, await idOf(ada))],
    ['the operator disables the account', async (ada) => disableUser(tools, await idOf(ada))],
    [
      'the account is scheduled for deletion',
      async (ada) => {
        const browser = site.browse()
        await followLink(browser, await forgetPassword(site, ada), newPassword)
        await logIn(browser, { ...ada, password: NEW_PASSWORD })
        await deleteAccount(site, { ...ada, browser, password: NEW_PASSWORD })
      },
    ],
  ])('cannot object once %s', async (_, act) => {
    const { ada, link } = await undo()

    await act(ada)

    expect((await followLink(site.browse(), link)).status).toBe(422)
  })
})

describe('a link that resets the password, sent to an email that the account has left', () => {
  const setPassword = async (link: string) =>
    (await followLink(site.browse(), link, newPassword)).status

  test('is void once the user has returned to the email before', async () => {
    const ada = await registerVerified(site)
    const evil = `evil.${ada.email}`
    await followLink(ada.browser, await askForNewEmail(site, ada, evil))
    const link = await forgetPassword(site, { ...ada, email: evil })
    await followLink(ada.browser, await askForNewEmail(site, ada, ada.email))

    expect(await setPassword(link)).toBe(422)
  })

  test('is void where that email was never verified', async () => {
    const ada = await register(site)
    const link = await forgetPassword(site, ada)
    await followLink(ada.browser, await askForNewEmail(site, ada, `new.${ada.email}`))

    expect(await setPassword(link)).toBe(422)
  })

  test('is good where that email has a way back', async () => {
    const ada = await registerVerified(site)
    const link = await forgetPassword(site, ada)
    await followLink(ada.browser, await askForNewEmail(site, ada, `new.${ada.email}`))

    expect(await setPassword(link)).toBe(303)
  })
})
