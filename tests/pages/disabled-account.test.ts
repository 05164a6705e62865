import { afterAll, describe, expect, test } from 'vitest'
import { disableUser, enableUser } from '../../src/accounts/operations.ts'
import { openTestApp } from '../support/app.ts'
import { readErrors } from '../support/html.ts'
import { findUser, followLink, forgetPassword, newPassword } from '../support/journeys.ts'
import { isLoggedIn, logIn, type Person, register, registerAndRemember } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const tools = { database: site.database, clock: site.clock.now }

const disable = async (person: Person) => disableUser(tools, (await findUser(site, person)).id)
const enable = async (person: Person) => enableUser(tools, (await findUser(site, person)).id)

/** Turns the flag and nothing else, as another program with the same table would. */
const turnOff = ({ username }: Person) =>
  site.database.user.updateMany({ where: { username }, data: { disabledAt: site.clock.now() } })

describe('a disabled account', () => {
  test.each([
    ['by the operator', disable],
    ['in the table', turnOff],
  ])('is out at the next request when it is disabled %s', async (_, act) => {
    const ada = await registerAndRemember(site)
    const asleep = site.browse().copyCookies(ada.browser)
    asleep.restart()

    await act(ada)
    const answer = await ada.browser.visit('/account')

    expect([answer.status, answer.headers.location]).toEqual([302, '/login?next=%2Faccount'])
    expect(await isLoggedIn(asleep)).toBe(false)
  })

  test('does nothing more with a page that was open', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/account')
    await disable(ada)

    await ada.browser.post('/account', { _csrf, ...ada, browser: '', name: 'Still here' })

    expect(await findUser(site, ada)).toMatchObject({ name: null })
  })

  test('is told so by the right password only, and shown no session', async () => {
    const ada = await register(site)
    await disable(ada)
    const browser = site.browse()

    const wrong = await logIn(browser, { ...ada, password: 'a wrong guess' })
    const right = await logIn(browser, ada)

    expect(readErrors(wrong.text)).toEqual(['Wrong user name or password.'])
    expect(readErrors(right.text)).toEqual([expect.stringContaining('This account is disabled.')])
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test('is not opened by a link that was on its way', async () => {
    const ada = await register(site)
    const link = await forgetPassword(site, ada)
    await disable(ada)

    const answer = await followLink(site.browse(), link, newPassword)

    expect(answer.status).toBe(422)
  })

  test('logs in again once it is enabled, while what it had open stays closed', async () => {
    const ada = await register(site)
    const copy = site.browse().copyCookies(ada.browser)
    await disable(ada)

    await enable(ada)

    expect(await isLoggedIn(copy)).toBe(false)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })
})
