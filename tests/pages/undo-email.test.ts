import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import {
  findUser,
  followLink,
  LINK_IS_OVER,
  leave,
  listEvents,
  moveTo,
  NEW_PASSWORD,
  newPassword,
  openLink,
} from '../support/journeys.ts'
import { findMails, findNotices } from '../support/mails.ts'
import { isLoggedIn, logIn, register, userFields } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('the mail to an old address', () => {
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
    const reset = await owner.submit('/reset-password', newPassword)

    expect(shown.text).toContain(`<bdi>${ada.email}</bdi>`)
    expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
    expect(readFlashes(next.text)).toEqual([expect.stringContaining('Your address is back')])
    expect(reset.headers.location).toBe('/login')
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
    expect(await isLoggedIn(ada.browser)).toBe(false)
    expect((await logIn(site.browse(), ada)).status).toBe(422)
    expect((await logIn(site.browse(), { ...ada, password: NEW_PASSWORD })).status).toBe(303)
  })

  test('is an event, and the address that is back is told', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)

    await followLink(site.browse(), link)

    expect(await listEvents(site, ada)).toContain('email-change-undone')
    expect(await findNotices(site, ada.email)).toContain('Change of email address undone')
  })

  test('logs nobody in', async () => {
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

describe('whoever has taken an account over cannot keep it', () => {
  test('by another password', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    const { password: current } = ada
    await ada.browser.submit('/account/password', { current, ...newPassword })

    expect((await followLink(site.browse(), link)).status).toBe(303)
  })

  test('by a second change of address, nor by the way back that they then have', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    site.clock.advance(seconds(1))
    const waysBack = [await moveTo(site, ada, `newer.${ada.email}`)]
    site.clock.advance(seconds(1))
    waysBack.push(await moveTo(site, ada, `new.${ada.email}`))

    const answer = await followLink(site.browse(), link)

    expect(answer.status).toBe(303)
    for (const wayBack of waysBack) {
      expect((await followLink(site.browse(), wayBack)).status).toBe(422)
    }
    expect(await findUser(site, ada)).toMatchObject({ email: ada.email })
  })

  test('by deleting it', async () => {
    const ada = await register(site)
    const link = await moveTo(site, ada, `new.${ada.email}`)
    await leave(site, { ...ada, email: `new.${ada.email}` })
    const owner = site.browse()

    await followLink(owner, link)
    await owner.submit('/reset-password', newPassword)

    expect(await findUser(site, ada)).toMatchObject({ isActive: true, eraseAt: null })
    expect((await logIn(site.browse(), { ...ada, password: NEW_PASSWORD })).status).toBe(303)
  })

  test('by registering with the address that is free now, until the link is over', async () => {
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
})
