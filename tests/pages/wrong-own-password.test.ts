import { afterAll, describe, expect, test } from 'vitest'
import { hours } from '../../src/durations.ts'
import { kindsOf, noticesTo } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { markVerified } from '../support/journeys.ts'
import { logIn, type Person, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'
const WORDS = 'Wrong password entered in a browser that is logged in'

const FORMS: [string, (person: Person) => Record<string, string>][] = [
  ['/reauthenticate', () => ({ password: 'not my password' })],
  ['/account/password', () => ({ current: 'not my password', password: NEXT, confirm: NEXT })],
  ['/account/delete', ({ username }) => ({ username, password: 'not my password' })],
]

describe('a wrong password of a user who is logged in', () => {
  test.each(FORMS)('at %s is an event of the account', async (path, fieldsOf) => {
    const ada = await register(site)

    const answer = await ada.browser.submit(path, fieldsOf(ada))
    const { text } = await ada.browser.visit('/account/activity')

    expect(answer.status).toBe(422)
    expect(await kindsOf(site, ada.username)).toContain('password-check-failed')
    expect(text).toContain(WORDS)
  })

  test.each(FORMS)(
    'at %s notifies the user once an hour when it goes on',
    async (path, fieldsOf) => {
      const ada = await register(site)
      await markVerified(site, ada)
      const guess = async (times: number) => {
        for (let count = 0; count < times; count++) await ada.browser.submit(path, fieldsOf(ada))
        return (await noticesTo(site, ada.email)).filter((words) => words === WORDS).length
      }

      const notices = [await guess(4), await guess(1), await guess(4)]
      site.clock.advance(hours(1))
      await logIn(ada.browser, ada)
      const anHourLater = await guess(5)

      expect(notices).toEqual([0, 1, 1])
      expect(anHourLater).toBe(2)
    },
  )

  test('sends nothing to an email that is not verified', async () => {
    const ada = await register(site)

    for (let count = 0; count < 6; count++)
      await ada.browser.submit('/reauthenticate', { password: 'not my password' })

    expect(await noticesTo(site, ada.email)).toEqual([])
  })
})

describe('GET /account/delete', () => {
  test('warns a user whose email is not verified that the link may not arrive', async () => {
    const ada = await register(site)

    const before = await ada.browser.visit('/account/delete')
    await markVerified(site, ada)
    const after = await ada.browser.visit('/account/delete')

    expect(before.text).toContain('that link may never reach you')
    expect(after.text).not.toContain('that link may never reach you')
  })
})
