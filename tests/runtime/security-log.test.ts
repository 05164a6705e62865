import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  deleteAccount,
  findUser,
  followLink,
  listEvents,
  moveTo,
  newPassword,
} from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, logIn, type Person, register } from '../support/users.ts'

const site = await openServedApp()
afterAll(site.close)

beforeEach(() => {
  site.logged.length = 0
})

const answers = () => site.logged.filter(({ msg }) => msg === 'answered')

/** What a user does, the path that does it, and the event that it is. */
const CHANGES: [string, string, (ada: Person) => Promise<unknown>][] = [
  [
    'email-verified',
    '/verify-email',
    async ({ browser, email }) => followLink(browser, await readLink(site, email, 'verify-email')),
  ],
  ['profile-changed', '/account', ({ browser }) => browser.submit('/account', { name: 'Ada' })],
  ['email-changed', '/verify-email', (ada) => moveTo(site, ada, `new.${ada.email}`)],
  [
    'email-change-undone',
    '/undo-email',
    async (ada) => followLink(ada.browser, await moveTo(site, ada, `new.${ada.email}`)),
  ],
  [
    'password-changed',
    '/account/password',
    ({ browser, password }) =>
      browser.submit('/account/password', { current: password, ...newPassword }),
  ],
  [
    'password-check-failed',
    '/account/password',
    ({ browser }) =>
      browser.submit('/account/password', { current: 'a wrong guess', ...newPassword }),
  ],
  ['deletion-requested', '/account/delete', (ada) => deleteAccount(site, ada)],
]

describe('the log', () => {
  test.each(CHANGES)(
    'names %s at %s by the kind that the activity page has',
    async (kind, path, act) => {
      const ada = await register(site)
      const { id } = await findUser(site, ada)

      await act(ada)

      expect(await listEvents(site, ada)).toContain(kind)
      const lines = answers().filter((line) => line.kind === kind)
      expect(lines).toMatchObject([
        { path, userId: id, event: expect.stringMatching(/^(authn|user)_/) },
      ])
    },
  )

  test('names a registration, and a login only in the line of its own', async () => {
    const ada = await register(site)
    await logIn(site.browse(), ada)

    const named = site.logged.filter(({ kind, event }) => kind || /^authn/.test(String(event)))
    expect(named.map(({ event, msg }) => [event, msg])).toEqual([
      ['authn_login_success', 'loggedIn'],
      ['user_created', 'answered'],
      ['authn_login_success', 'loggedIn'],
    ])
  })

  test('names no change that was undone because a part of it failed', async () => {
    const ada = await register(site)
    const { browser } = ada
    const link = await moveTo(site, ada, `new.${ada.email}`)
    await site.database.$executeRaw`ALTER TABLE "OutboxMessage" RENAME TO "Away"`

    const answer = await followLink(browser, link)
    await site.database.$executeRaw`ALTER TABLE "Away" RENAME TO "OutboxMessage"`

    expect(answer.status).toBe(500)
    expect(answers().at(-1)).toMatchObject({ path: '/undo-email', event: 'sys_crash' })
    expect(await isLoggedIn(browser)).toBe(true)
  })
})
