import { afterAll, describe, expect, test } from 'vitest'
import { logInElsewhere } from '../../support/account.ts'
import { openServedApp } from '../../support/served-app.ts'
import { isLoggedIn, PASSWORD, register } from '../../support/users.ts'

// Dear enough that both have found the current password to be right before either writes.
const site = await openServedApp({ BCRYPT_COST: '8' })
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'

const newPassword = (password: string) => ({ current: PASSWORD, password, confirm: password })

const ACTS: [string, string, (username: string) => Record<string, string>, string][] = [
  [
    'sets a password',
    '/account/password',
    () => newPassword('mauve otter gantry'),
    '/account/password',
  ],
  [
    'closes the account',
    '/account/delete',
    (username) => ({ username, password: PASSWORD }),
    '/login',
  ],
  ['logs all others out', '/account/devices/revoke-others', () => ({}), '/account/devices'],
]

describe('of two browsers, when one changes the password while the other', () => {
  test.each(ACTS)(
    '%s, one is heard and the other is logged out',
    async (_, path, fieldsFor, done) => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const ada = await register(site)
        const other = await logInElsewhere(site, ada)
        const tokens = await Promise.all(
          [ada.browser, other].map((each) => each.takeToken('/account')),
        )
        const [_csrf = '', otherCsrf = ''] = tokens

        const [changed, acted] = await Promise.all([
          ada.browser.post('/account/password', { _csrf, ...newPassword(NEXT) }),
          other.post(path, { _csrf: otherCsrf, ...fieldsFor(ada.username) }),
        ])
        const isChanged = changed.headers.location === '/account/password'
        const isDone = acted.headers.location === done && /success|closed/.test(flashOf(acted))
        const stillIn = await Promise.all([ada.browser, other].map(isLoggedIn))

        expect([changed.status, acted.status]).toEqual([303, 303])
        expect([isChanged, isDone].filter(Boolean)).toHaveLength(1)
        expect(stillIn).toEqual([isChanged, isDone && path !== '/account/delete'])
      }
    },
  )
})

function flashOf({ headers }: { headers: Record<string, unknown> }): string {
  return decodeURIComponent(String(headers['set-cookie']))
}
