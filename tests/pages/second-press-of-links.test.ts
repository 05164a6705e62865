import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { readForm } from '../support/html.ts'
import {
  findUser,
  forgetPassword,
  LINK_IS_OVER,
  moveTo,
  newPassword,
  openLink,
} from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { openServedApp } from '../support/served-app.ts'
import { register, userFields } from '../support/users.ts'

// Where the answer to the first press was lost, so was the cookie that it brought.
const site = await openServedApp()
const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
afterAll(site.close)

type Opened = { path: string; browser: Browser; form: Record<string, string> }

async function open(path: string, browser: Browser, link: string, fields = {}): Promise<Opened> {
  const page = await openLink(browser, link)
  return { path, browser, form: { ...readForm(page.text, path), ...fields } }
}

const UNKNOWN = { unknown: '1' }

async function openUndoForm() {
  const ada = await register(site)
  return open('/undo-email', site.browse(), await moveTo(site, ada, `new.${ada.email}`))
}

const ways: [string, () => Promise<Opened>][] = [
  ['undoes a change of email', openUndoForm],
  [
    'does not know the password of a new account',
    async () => {
      const { email } = await register(site)
      const link = await readLink(site, email, 'verify-email')
      return open('/verify-email', site.browse(), link, UNKNOWN)
    },
  ],
  [
    'does not know the password of a registration',
    async () => {
      const fields = userFields()
      await verified.browse().submit('/register', fields)
      const link = await readLink(verified, fields.email, 'verify-email')
      return open('/verify-email', verified.browse(), link, UNKNOWN)
    },
  ],
]

describe.each(ways)(
  'a second press of the button that %s leads to a new password',
  (_, openForm) => {
    const choose = async (browser: Browser) => {
      const page = await browser.visit('/reset-password')
      return browser.post('/reset-password', {
        ...readForm(page.text, '/reset-password'),
        ...newPassword,
      })
    }

    test('when the first answer was lost', async () => {
      const { path, browser, form } = await openForm()
      const asBefore = site.browse().copyCookies(browser)
      await browser.post(path, form)

      const answer = await asBefore.post(path, form)

      expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
      expect((await choose(asBefore)).headers.location).toBe('/login')
    })

    test('when it has arrived', async () => {
      const { path, browser, form } = await openForm()
      await browser.post(path, form)

      const answer = await browser.post(path, form)

      expect([answer.status, answer.headers.location]).toEqual([303, '/reset-password'])
      expect((await choose(browser)).headers.location).toBe('/login')
    })

    test('when both are under way', async () => {
      const { path, browser, form } = await openForm()
      const copy = site.browse().copyCookies(browser)

      await Promise.all([browser.post(path, form), copy.post(path, form)])

      expect((await choose(copy)).headers.location).toBe('/login')
    })
  },
)

test('a second press that brings only the id of a used link gets no other link', async () => {
  const { path, browser, form } = await openUndoForm()
  await browser.post(path, form)
  const stranger = site.browse()
  const _csrf = await stranger.takeToken('/forgot-password')

  await stranger.post(path, { ...form, _csrf })

  expect((await stranger.visit('/reset-password')).text).toContain(LINK_IS_OVER)
})

test('a second press of a link that is over leads to no reset of another account', async () => {
  const ada = await register(site)
  const { email } = await register(site)
  const link = await readLink(site, email, 'verify-email')
  const { path, browser, form } = await open('/verify-email', site.browse(), link, UNKNOWN)
  await site.database.emailLink.deleteMany({ where: { emailKey: email } })
  await openLink(browser, await forgetPassword(site, ada))

  const answer = await browser.post(path, form)

  expect(answer.headers.location).not.toBe('/reset-password')
})

test('a second press once the new password is set leads to no reset of another account', async () => {
  const ada = await register(site)
  const { path, browser, form } = await openUndoForm()
  await browser.post(path, form)
  const page = await browser.visit('/reset-password')
  const reset = readForm(page.text, '/reset-password')
  await browser.post('/reset-password', { ...reset, ...newPassword })
  await openLink(browser, await forgetPassword(site, ada))

  const answer = await browser.post(path, form)

  expect(answer.headers.location).not.toBe('/reset-password')
})

test('a second press at /reset-password makes the browser known, as one device', async () => {
  const ada = await register(site)
  const link = await forgetPassword(site, ada)
  const { path, browser, form } = await open('/reset-password', site.browse(), link, newPassword)
  const asBefore = site.browse().copyCookies(browser)
  await browser.post(path, form)

  await asBefore.post(path, form)

  expect(asBefore.valueOf('device')).toEqual(expect.any(String))
  expect(asBefore.valueOf('device')).toBe(browser.valueOf('device'))
  const { id: userId, authEpoch } = await findUser(site, ada)
  expect(await site.database.device.count({ where: { userId, authEpoch } })).toBe(1)
})
