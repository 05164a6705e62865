import { afterAll, describe, expect, test } from 'vitest'
import { noticesTo } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readFlashes, readTitle } from '../support/html.ts'
import { findUser, forgetPassword } from '../support/journeys.ts'
import { findMails } from '../support/mails.ts'
import { logIn, PASSWORD, register, registerVerified } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('POST /account', () => {
  test('changes the user name, and frees the one before', async () => {
    const ada = await register(site)
    const username = `${ada.username}.lovelace`

    const answer = await ada.browser.submit('/account', { username })
    const [before, now] = [
      await logIn(site.browse(), ada),
      await logIn(site.browse(), { ...ada, username }),
    ]
    const heir = await register(site, { username: ada.username, email: 'heir@example.org' })

    expect(answer.status).toBe(303)
    expect([before.status, now.status]).toEqual([422, 303])
    expect((await heir.browser.visit('/dashboard')).text).toContain(ada.username)
  })

  test('asks for the password first where it was not given recently, and tells the user by email', async () => {
    const ada = await registerVerified(site)
    const username = `${ada.username}.lovelace`
    site.clock.advance(site.settings.freshFor)
    const tryLogin = (name: string) => logIn(site.browse(), { ...ada, username: name })

    const asked = await ada.browser.submit('/account', { username })
    const before = await tryLogin(username)
    const page = await ada.browser.follow(asked)
    await ada.browser.submit(asked.headers.location ?? '', { password: PASSWORD })
    const resumed = await tryLogin(username)

    expect(asked.headers.location).toMatch(/^\/reauthenticate\?/)
    expect(page.text).toContain(`Change your user name to ${username}`)
    expect([before.status, resumed.status]).toEqual([422, 303])
    expect(await noticesTo(site, ada.email)).toContain('User name changed')
  })

  test('changes the name that pages and emails show, where none was given', async () => {
    const ada = await register(site)
    const renamed = { ...ada, username: `${ada.username}.lovelace` }
    await ada.browser.submit('/account', { username: renamed.username })

    const browser = site.browse()
    const dashboard = await browser.follow(await logIn(browser, renamed))
    await forgetPassword(site, ada)
    const [mail] = await findMails(site, ada.email, 'reset-password')

    expect(readFlashes(dashboard.text)).toEqual([`Welcome back, ${renamed.username}`])
    expect(dashboard.text).toContain(`Hello, <bdi>${renamed.username}</bdi>.`)
    expect(mail?.name).toBe(renamed.username)
  })

  test('lets users spell their own user name anew', async () => {
    const ada = await register(site)

    const answer = await ada.browser.submit('/account', { username: ada.username.toUpperCase() })

    expect(answer.status).toBe(303)
    expect(await findUser(site, { username: ada.username.toUpperCase() })).toMatchObject({
      usernameKey: ada.username,
    })
  })

  test.each([
    ['as it is', 'grace', 'grace'],
    ['in other case', 'hopper', 'HOPPER'],
    ['in full-width letters', 'turing', 'ｔｕｒｉｎｇ'],
    ['composed otherwise', 'zo\u00eb', 'zoe\u0308'],
  ])('refuses a user name that another user has, written %s', async (_, taken, username) => {
    await register(site, { username: taken, email: `${taken.slice(0, 2)}.owner@example.org` })
    const ada = await register(site)

    const answer = await ada.browser.submit('/account', { username, name: 'Another Name' })

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual(['That user name is already taken.'])
    expect(readTitle(answer.text)).toMatch(/^Error: /)
    expect(readField(answer.text, '/account', 'username')).toBe(username)
    expect(await findUser(site, ada)).toMatchObject({ name: null })
  })

  test('gives a user name that two want at once to one of them', async () => {
    const people = [await register(site), await register(site)]

    const answers = await Promise.all(
      people.map(({ browser }) => browser.submit('/account', { username: 'wanted' })),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })
})
