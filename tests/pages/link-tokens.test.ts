import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createServices } from '../../src/services.ts'
import { openTestApp, readSettings } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { readTitle } from '../support/html.ts'
import {
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  newPassword,
  openLink,
  pathOf,
  postLink,
  tokenIn,
} from '../support/journeys.ts'
import { LINK_KINDS } from '../support/link-kinds.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const OLD_SECRET = site.settings.secrets[0] ?? ''
const NEW_SECRET = 'another secret made long after the first one'

/** The same site after its operator has set other secrets. */
function browseWithSecrets(SESSION_SECRET: string): Browser {
  const settings = readSettings({ SESSION_SECRET })
  const log = createLog('silent')
  const app = createApp(createServices({ ...site, settings, clock: site.clock.now, log }))
  return new Browser(app, site.clock.now)
}

const withToken = (path: string, token: string) => `${path}?${new URLSearchParams({ token })}`

const PATHS = ['/reset-password', '/verify-email', '/undo-email', '/restore-account']

describe.each(LINK_KINDS)('the token of a link to $name', ({ get, fields }) => {
  test('opens nothing on another page', async () => {
    const link = await get(site, await register(site))

    for (const path of PATHS.filter((each) => each !== pathOf(link))) {
      const browser = site.browse()
      const page = await openLink(browser, withToken(path, tokenIn(link)))
      const answer = await postLink(browser, path, { ...fields, ...newPassword })

      expect(page.text).toContain(LINK_IS_OVER)
      expect(answer.status).toBe(422)
      expect(readTitle(answer.text)).toBe('Error: This link no longer works')
    }
    expect((await followLink(site.browse(), link, fields)).status).toBe(303)
  })

  test('opens nothing where it was only left in the cookie of another page', async () => {
    const link = await get(site, await register(site))
    const browser = site.browse()
    await browser.visit(link)

    for (const path of PATHS.filter((each) => each !== pathOf(link))) {
      expect((await browser.visit(path)).text).toContain(LINK_IS_OVER)
    }
  })

  test('cannot be put together from two', async () => {
    const [one, other] = [await register(site), await register(site)]
    const [id] = tokenIn(await get(site, one)).split('.')
    const otherLink = await get(site, other)
    const [, mac] = tokenIn(otherLink).split('.')

    const forged = withToken(pathOf(otherLink), `${id}.${mac}`)

    expect((await followLink(site.browse(), forged, fields)).status).toBe(422)
  })

  test('is good while the secret that made it is listed, and refused once that is dropped', async () => {
    const link = await get(site, await register(site))

    const dropped = await followLink(browseWithSecrets(NEW_SECRET), link, fields)
    const listed = browseWithSecrets(`${NEW_SECRET},${OLD_SECRET}`)
    const kept = await followLink(listed, link, fields)

    expect([dropped.status, kept.status]).toEqual([422, 303])
  })
})

describe('whatever else stands in the place of a token', () => {
  const mend = (token: string) =>
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.nat(token.length - 1).map((end) => token.slice(0, end)),
      fc.constantFrom('.', '=', '%00', '\0', '\n', '. .', '%').map((end) => token + end),
      fc.nat(token.length - 1).map((at) => `${token.slice(0, at)}~${token.slice(at + 1)}`),
    )

  test('is refused politely, and lets the real one be', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const _csrf = await browser.takeToken('/forgot-password')

    await fc.assert(
      fc.asyncProperty(mend(tokenIn(link)), async (token) => {
        const opened = await browser.visit(withToken('/reset-password', token))
        const shown = await browser.visit('/reset-password')
        const sent = await browser.post('/reset-password', { _csrf, ...newPassword })

        expect([opened.status, shown.status, sent.status]).toEqual([303, 200, 422])
        expect(shown.text).toContain(LINK_IS_OVER)
        // Text that a stranger wrote and we signed could come back as another cookie.
        expect(browser.valueOf('link')).toBeUndefined()
      }),
      { numRuns: 60 },
    )
    expect((await followLink(site.browse(), link, newPassword)).status).toBe(303)
  })

  test.each(['token=a&token=b', 'token[]=a', 'token[id]=a', 'token', 'token=', 'token=%E0%A4%A'])(
    'is refused politely: ?%s',
    async (query) => {
      const browser = site.browse()

      const opened = await browser.visit(`/reset-password?${query}`)
      const shown = await browser.visit('/reset-password')

      expect([200, 303]).toContain(opened.status)
      expect([shown.status, shown.text]).toEqual([200, expect.stringContaining(LINK_IS_OVER)])
    },
  )
})
