import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors } from '../support/html.ts'
import { findMails } from '../support/mails.ts'
import { PASSWORD, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('an email with an internationalised domain', () => {
  test('is one account, whether the browser sends it in Unicode or in punycode', async () => {
    const punycode = 'ada@xn--rucher-bua.de'
    const unicode = 'Ada@RÄUCHER.de'
    await site.browse().submit('/register', userFields({ email: punycode }))

    const login = { username: unicode, password: PASSWORD }
    const [loggedIn, forgotten, again] = [
      await site.browse().submit('/login', login),
      await site.browse().submit('/forgot-password', { email: unicode }),
      await site.browse().submit('/register', userFields({ email: unicode })),
    ]

    expect([loggedIn.status, forgotten.status]).toEqual([303, 303])
    expect(readErrors(again.text)).toEqual(['That email is already taken.'])
    expect(await findMails(site, punycode, 'reset-password')).toHaveLength(1)
  })
})

describe('a user name from before the rules were tightened', () => {
  test('stays good on the profile, and cannot be chosen anew', async () => {
    const fields = userFields()
    const browser = site.browse()
    await browser.submit('/register', fields)
    const where = { usernameKey: fields.username }
    await site.database.user.update({ where, data: { username: 'Сара', usernameKey: 'сара' } })

    const kept = await browser.submit('/account', { name: 'Sara' })
    const chosen = await browser.submit('/account', { username: 'Роса' })

    expect([kept.status, chosen.status]).toEqual([303, 422])
  })
})
