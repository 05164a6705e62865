import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes } from '../../../src/durations.ts'
import { openTestApp } from '../../support/app.ts'
import { readErrors, readField, readFlashes } from '../../support/html.ts'
import { deleteAccount, findUser, listEvents, NEW_PASSWORD } from '../../support/journeys.ts'
import { findMails } from '../../support/mails.ts'
import {
  isLoggedIn,
  logIn,
  type Person,
  register,
  registerAndRemember,
} from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const submit = ({ browser }: Person, fields: { username: string; password: string }) =>
  browser.submit('/account/delete', fields)

describe('POST /account/delete', () => {
  test('closes the account, says for how long it can come back, and sends the way back', async () => {
    const ada = await register(site)
    const deletionDueAt = new Date(site.clock.now().getTime() + days(14))

    const answer = await submit(ada, ada)
    const login = await ada.browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(login.text)).toEqual([expect.stringContaining('for 14 days')])
    expect(await findUser(site, ada)).toMatchObject({ deletionDueAt })
    expect(await listEvents(site, ada)).toContain('deletion-requested')
    const mails = await findMails(site, ada.email, 'deletion-scheduled')
    expect(mails).toEqual([expect.objectContaining({ deletionDueAt: deletionDueAt.toISOString() })])
  })

  test('ends every session and every remembered browser at once', async () => {
    const ada = await registerAndRemember(site)
    const [other, asleep] = [site.browse(), site.browse().copyCookies(ada.browser)]
    await logIn(other, ada)
    asleep.restart()
    const copy = site.browse().copyCookies(ada.browser)

    await submit(ada, ada)

    for (const browser of [ada.browser, other, asleep, copy]) {
      expect(await isLoggedIn(browser)).toBe(false)
    }
    expect(ada.browser.valueOf('session')).toBeUndefined()
    expect(ada.browser.valueOf('remember')).toBeUndefined()
  })

  test.each([
    ['a wrong user name', { username: 'another' }, 'That is not your user name.'],
    ['no user name', { username: ' ' }, 'Type your user name.'],
    ['a wrong password', { password: NEW_PASSWORD }, 'Wrong password.'],
    ['no password', { password: '' }, 'Enter your password.'],
  ])('does nothing for %s', async (_, wrong: Record<string, string>, message) => {
    const ada = await register(site)
    const { username, password } = ada

    const answer = await submit(ada, { username, password, ...wrong })

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([message])
    expect(answer.text).not.toContain(`value="${NEW_PASSWORD}"`)
    expect(readField(answer.text, '/account/delete', 'username')).toBe(wrong.username ?? username)
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await findUser(site, ada)).toMatchObject({ deletionDueAt: null })
  })

  test('takes the user name in other case: no other user has it', async () => {
    const ada = await register(site)

    const answer = await submit(ada, { ...ada, username: ada.username.toUpperCase() })

    expect(answer.status).toBe(303)
  })

  test('changes nothing by a second click, one after the other or both at once', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const [later, atOnce] = await Promise.all(
      [ada, bob].map(async ({ browser, username, password }) => {
        const _csrf = await browser.takeToken('/account/delete')
        const copy = site.browse().copyCookies(browser)
        const click = (from: typeof browser) => () =>
          from.post('/account/delete', { _csrf, username, password })
        return [click(browser), click(copy)] as const
      }),
    )

    const first = await later?.[0]()
    const second = await later?.[1]()
    const both = await Promise.all([atOnce?.[0](), atOnce?.[1]()])

    expect(first?.status).toBe(303)
    expect([303, 403]).toContain(second?.status)
    expect(await listEvents(site, ada)).toEqual(['deletion-requested', 'registered'])
    for (const answer of both) expect([303, 403]).toContain(answer?.status)
    expect(
      await site.database.emailLink.count({
        where: { purpose: 'restore-account', user: { username: bob.username } },
      }),
    ).toBe(1)
  })

  test('asks for the password where it was not just given, page and form', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/account')
    site.clock.advance(minutes(11))

    const page = await ada.browser.visit('/account/delete')
    const form = await ada.browser.post('/account/delete', { ...ada, browser: '', _csrf })

    const place = '/reauthenticate?next=%2Faccount%2Fdelete'
    expect([page.status, page.headers.location]).toEqual([302, place])
    expect(form.status).toBe(303)
    expect(form.headers.location?.startsWith(`${place}&resume=`)).toBe(true)
    expect(await findUser(site, ada)).toMatchObject({ deletionDueAt: null })
  })
})

describe('a user whose account is scheduled for deletion', () => {
  test('is told so and pointed to the mail, but only for the right password', async () => {
    const ada = await register(site)
    await deleteAccount(site, ada)

    const right = await logIn(site.browse(), ada)
    const wrong = await logIn(site.browse(), { ...ada, password: NEW_PASSWORD })

    expect([right.status, wrong.status]).toEqual([422, 422])
    expect(readErrors(right.text)).toEqual([
      expect.stringMatching(/^This account is scheduled for deletion. Open the link in our email/),
    ])
    expect(readErrors(wrong.text)).toEqual(['Wrong user name or password.'])
  })

  test('is sent no link for a new password', async () => {
    const ada = await register(site)
    await deleteAccount(site, ada)

    await site.browse().submit('/forgot-password', { email: ada.email })

    expect(await findMails(site, ada.email, 'reset-password')).toEqual([])
  })
})
