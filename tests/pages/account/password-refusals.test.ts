import { afterAll, describe, expect, test } from 'vitest'
import { createPasswords } from '../../../src/accounts/password-hash.ts'
import { minutes } from '../../../src/durations.ts'
import { logInElsewhere, onlyRemembered } from '../../support/account.ts'
import { openTestApp } from '../../support/app.ts'
import type { Browser } from '../../support/browser.ts'
import { readErrors } from '../../support/html.ts'
import { isLoggedIn, logIn, PASSWORD, register } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'

const changePassword = (browser: Browser, changes: Record<string, string> = {}) =>
  browser.submit('/account/password', { ...FIELDS, ...changes })
const FIELDS = { current: PASSWORD, password: NEXT, confirm: NEXT }

const same = (password: string) => ({ password, confirm: password })

describe('POST /account/password', () => {
  test.each<[string, Record<string, string>, string]>([
    ['is wrong for the current one', { current: 'not my password' }, 'Wrong password.'],
    ['is short', same('fourteen chars'), 'Use at least 15 characters.'],
    ['is long', same('é'.repeat(513)), 'Use a shorter password: at most 1,024 bytes'],
    ['is common', same('passwordpassword'), 'harder to guess'],
    ['is the current one', same(PASSWORD), 'Choose a password that is not your current one.'],
    ['is typed differently', { confirm: `${NEXT}!` }, 'The two passwords are not the same.'],
    ['is missing', same(''), 'Enter a password.'],
  ])('refuses one that %s, and changes nothing', async (_, changes, message) => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)

    const answer = await changePassword(ada.browser, changes)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)[0]).toContain(message)
    expect(answer.text).not.toContain(NEXT)
    expect([await isLoggedIn(ada.browser), await isLoggedIn(other)]).toEqual([true, true])
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })

  test('refuses one that is made of their own name', async () => {
    const { browser } = await register(site, { username: 'Lord_Marmalade_III' })

    const answer = await changePassword(browser, same('lord_marmalade_iii'))

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)[0]).toContain('not made of your name')
  })
})

describe('POST /account/password with a wrong current password', () => {
  test('can be guessed ten times in a quarter of an hour in one browser, whatever another one does', async () => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const ada = await register(guarded)
    const other = await logInElsewhere(guarded, ada)
    const wrong = { current: 'not my password' }

    const statuses = new Set<number>()
    for (let each = 0; each < 10; each++)
      statuses.add((await changePassword(ada.browser, wrong)).status)
    const eleventh = await changePassword(ada.browser, wrong)
    const right = await changePassword(other)
    const bystander = await changePassword((await register(guarded)).browser)
    await guarded.close()

    expect([...statuses]).toEqual([422])
    expect([eleventh.status, right.status]).toEqual([429, 303])
    expect(Number(eleventh.headers['retry-after'])).toBeLessThanOrEqual(minutes(15) / 1000)
    expect(bystander.status).toBe(303)
  })

  test('counts nothing for a success', async () => {
    const guarded = await openTestApp({ THROTTLE: 'on' })
    const { browser } = await register(guarded)
    let [current, next] = [PASSWORD, NEXT]

    const statuses = new Set<number>()
    for (let each = 0; each < 12; each++) {
      statuses.add((await changePassword(browser, { current, ...same(next) })).status)
      ;[current, next] = [next, current]
    }
    await guarded.close()

    expect([...statuses]).toEqual([303])
  })
})

describe('a password that is hashed anew at login', () => {
  test('logs no browser out, as it is the same password', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const where = { usernameKey: ada.username }
    const passwordHash = String(await createPasswords({ cost: 5 }).hash(PASSWORD))
    await site.database.user.update({ where, data: { passwordHash } })

    const answer = await logIn(site.browse(), ada)
    const after = await site.database.user.findUniqueOrThrow({ where })

    expect(answer.status).toBe(303)
    expect(after.passwordHash).not.toBe(passwordHash)
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await isLoggedIn(onlyRemembered(site, other))).toBe(true)
    expect((await logIn(site.browse(), ada)).status).toBe(303)
  })
})
