import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { kindsOf, logInElsewhere, noticesTo, onlyRemembered } from '../../support/account.ts'
import { openTestApp } from '../../support/app.ts'
import { listDevices, revokeOther } from '../../support/device-rows.ts'
import { readFlashes } from '../../support/html.ts'
import { isLoggedIn, logIn, register, registerVerified } from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('POST /account/devices/:id/revoke', () => {
  test('ends session and remember cookie of that browser, and of no other', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const remembered = onlyRemembered(site, other)

    const { answer } = await revokeOther(ada.browser)
    const page = await ada.browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/devices'])
    expect(readFlashes(page.text)).toEqual(['That browser is logged out.'])
    expect(await isLoggedIn(other)).toBe(false)
    expect(await isLoggedIn(remembered)).toBe(false)
    expect(remembered.valueOf('remember')).toBeUndefined()
    expect(await isLoggedIn(ada.browser)).toBe(true)
    expect(await kindsOf(site, ada.username)).toContain('device-logged-out')
  })

  test('says at the second click that it was done already, and writes it down once', async () => {
    const ada = await register(site)
    await logInElsewhere(site, ada)
    const { action } = await revokeOther(ada.browser)

    const _csrf = await ada.browser.takeToken('/account')
    const again = await ada.browser.post(action, { _csrf })
    const page = await ada.browser.follow(again)

    expect(again.status).toBe(303)
    expect(readFlashes(page.text)).toEqual(['That browser was logged out already.'])
    const kinds = await kindsOf(site, ada.username)
    expect(kinds.filter((kind) => kind === 'device-logged-out')).toHaveLength(1)
  })

  test('does nothing to the browser of another user, and answers as if there were none', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const { id } = await site.database.device.findFirstOrThrow({
      where: { user: { username: bob.username } },
    })
    const _csrf = await ada.browser.takeToken('/account')

    const answer = await ada.browser.post(`/account/devices/${id}/revoke`, { _csrf })
    const words = readFlashes((await ada.browser.follow(answer)).text)
    const unknown = await ada.browser.post(`/account/devices/${randomUUID()}/revoke`, { _csrf })
    const wordsForUnknown = readFlashes((await ada.browser.follow(unknown)).text)

    expect(await isLoggedIn(bob.browser)).toBe(true)
    expect([answer.status, words]).toEqual([unknown.status, wordsForUnknown])
  })

  test.each(['1', 'x', '%00', `${'0'.repeat(36)}`, '..%2F..', `${randomUUID()}x`])(
    'answers 404 to what is no id: %s',
    async (id) => {
      const { browser } = await register(site)
      const _csrf = await browser.takeToken('/account')

      const answer = await browser.post(`/account/devices/${id}/revoke`, { _csrf })

      expect(answer.status).toBe(404)
    },
  )

  test('reaches a browser whose session row is gone, and refuses its cookie', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const { id } = await site.database.device.findFirstOrThrow({
      where: { user: { username: ada.username }, startedBy: 'password' },
    })
    await site.database.session.deleteMany({ where: { deviceId: id } })

    const rows = await listDevices(ada.browser)
    await revokeOther(ada.browser)

    expect(rows).toHaveLength(2)
    expect(await isLoggedIn(other)).toBe(false)
    expect(other.valueOf('remember')).toBeUndefined()
  })

  test('makes a new device of a browser that logs in after it was revoked, and tells the owner', async () => {
    const ada = await registerVerified(site)
    const other = await logInElsewhere(site, ada)
    const { action } = await revokeOther(ada.browser)

    await logIn(other, ada)

    const [, row] = await listDevices(ada.browser)
    expect(row?.revoke).not.toBe(action)
    expect(await isLoggedIn(other)).toBe(true)
    expect(await noticesTo(site, ada.email)).toHaveLength(2)
  })

  test('is refused without a token', async () => {
    const ada = await register(site)
    const other = await logInElsewhere(site, ada)
    const [, row] = await listDevices(ada.browser)

    const answer = await ada.browser.post(row?.revoke ?? '')

    expect(answer.status).toBe(403)
    expect(await isLoggedIn(other)).toBe(true)
  })
})
