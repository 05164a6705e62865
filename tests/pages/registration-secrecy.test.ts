import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readErrors, withoutToken } from '../support/html.ts'
import { findUser, followLink } from '../support/journeys.ts'
import { findMails, readLink } from '../support/mails.ts'
import { userFields } from '../support/users.ts'

const site = await openTestApp({ REGISTRATION: 'verified' })
afterAll(site.close)

async function applyFor(changes: Parameters<typeof userFields>[0] = {}) {
  const fields = userFields(changes)
  const browser = site.browse()
  const answer = await browser.submit('/register', fields)
  return { ...fields, browser, answer }
}

const confirm = async (browser: Browser, email: string) =>
  followLink(browser, await readLink(site, email, 'confirm-address'))

describe('where addresses must be confirmed, whether one is known', () => {
  const see = async (email: string) => {
    const { answer, browser, username } = await applyFor({ email })
    const { date: _, 'set-cookie': __, ...headers } = answer.headers
    const page = await browser.follow(answer)
    const mask = (text: string) => text.replaceAll(email, 'EMAIL')
    return {
      seen: {
        status: answer.status,
        headers,
        body: answer.text,
        cookies: [...browser.cookies.keys()].sort(),
        page: withoutToken(mask(page.text)),
      },
      username,
    }
  }

  test('does not show in any answer: to a member’s, a waiting one’s, or nobody’s', async () => {
    const member = await applyFor()
    await confirm(member.browser, member.email)
    const waiting = await applyFor()

    const unknown = await see('nobody.yet@example.org')
    const known = [await see(member.email), await see(waiting.email.toUpperCase())]

    expect(unknown.seen).toMatchObject({ status: 303, headers: { location: '/login' } })
    for (const { seen } of known) expect(seen).toEqual(unknown.seen)
  })

  test('is told its owner by mail, once each time, and nothing of the account changes', async () => {
    const member = await applyFor()
    await confirm(member.browser, member.email)
    const before = await findUser(site, member)

    const { username } = await see(member.email)

    expect(await findMails(site, member.email, 'account-exists')).toHaveLength(1)
    expect(await findUser(site, member)).toEqual(before)
    expect(await site.database.user.count({ where: { username } })).toBe(0)
  })

  test('does not show by the user name being free or taken', async () => {
    const member = await applyFor()

    const known = await applyFor({ username: member.username, email: member.email })
    const unknown = await applyFor({ username: member.username, email: 'no.body@example.org' })

    expect([known.answer.status, unknown.answer.status]).toEqual([422, 422])
    expect(readErrors(known.answer.text)).toEqual(readErrors(unknown.answer.text))
  })
})
