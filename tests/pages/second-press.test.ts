import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { kindsOf, logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { readErrors, readFlashes, readForm, withoutToken } from '../support/html.ts'
import {
  deleteAccount,
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  moveTo,
  newPassword,
  openLink,
} from '../support/journeys.ts'
import { readLink } from '../support/mails.ts'
import { openServedApp } from '../support/served-app.ts'
import { isLoggedIn, PASSWORD, register, registerVerified, userFields } from '../support/users.ts'

// Without script a button can be pressed twice; the browser shows the answer to the second press only, and may
// never have read the first.
const site = await openServedApp()
afterAll(site.close)

const NEXT = 'a gondola full of marmalade'
const FIELDS = { current: PASSWORD, password: NEXT, confirm: NEXT }
const CHANGED = 'Your password is changed. Every other browser is logged out.'

async function openPasswordForm() {
  const ada = await register(site)
  const page = await ada.browser.visit('/account/password')
  return { ...ada, form: { ...readForm(page.text, '/account/password'), ...FIELDS } }
}

describe('a second press at /account/password', () => {
  test('ends where the first did, when both are under way', async () => {
    const { browser, form } = await openPasswordForm()
    const copy = site.browse().copyCookies(browser)

    const answers = await Promise.all([
      browser.post('/account/password', form),
      copy.post('/account/password', form),
    ])

    for (const answer of answers)
      expect([answer.status, answer.headers.location]).toEqual([303, '/account/password'])
    expect([await isLoggedIn(browser), await isLoggedIn(copy)]).toEqual([true, true])
  })

  test('ends where the first did, when its answer was lost', async () => {
    const { browser, form, username } = await openPasswordForm()
    const asBefore = site.browse().copyCookies(browser)
    await browser.post('/account/password', form)

    const answer = await asBefore.post('/account/password', form)
    const page = await asBefore.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/password'])
    expect(readFlashes(page.text)).toEqual([CHANGED])
    expect(await isLoggedIn(asBefore)).toBe(true)
    expect(
      (await kindsOf(site, username)).filter((kind) => kind === 'password-changed'),
    ).toHaveLength(1)
  })

  test('ends where the first did, when its answer has arrived', async () => {
    const { browser, form } = await openPasswordForm()
    await browser.post('/account/password', form)

    const answer = await browser.post('/account/password', form)

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/password'])
  })

  test('with another new password is no second press', async () => {
    const { browser, form } = await openPasswordForm()
    const asBefore = site.browse().copyCookies(browser)
    await browser.post('/account/password', form)
    const other = { ...form, password: 'mauve otter gantry', confirm: 'mauve otter gantry' }

    const [lost, arrived] = [
      await asBefore.post('/account/password', other),
      await browser.post('/account/password', other),
    ]

    expect([lost.status, lost.headers.location]).toEqual([303, '/login'])
    expect(arrived.status).toBe(403)
    expect(await isLoggedIn(asBefore)).toBe(false)
  })

  test('from another device that the change logged out stays logged out', async () => {
    const ada = await openPasswordForm()
    const other = await logInElsewhere(site, ada, {})
    const page = await other.visit('/account/password')
    await ada.browser.post('/account/password', ada.form)

    const answer = await other.post('/account/password', {
      ...readForm(page.text, '/account/password'),
      ...FIELDS,
    })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(await isLoggedIn(other)).toBe(false)
  })

  test('from another site ends nothing', async () => {
    const { browser, form } = await openPasswordForm()
    const asBefore = site.browse().copyCookies(browser)
    await browser.post('/account/password', form)

    const answer = await asBefore.post('/account/password', form, {
      'Sec-Fetch-Site': 'cross-site',
    })

    expect(answer.status).toBe(403)
    expect(await isLoggedIn(asBefore)).toBe(false)
  })
})

describe('a second press', () => {
  test('at /register ends where the first did', async () => {
    const browser = site.browse()
    const page = await browser.visit('/register')
    const form = { ...readForm(page.text, '/register'), ...userFields() }
    const asBefore = site.browse().copyCookies(browser)
    await browser.post('/register', form)

    const answer = await asBefore.post('/register', form)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(await isLoggedIn(asBefore)).toBe(true)
  })

  test('at /register from another browser is refused: it is no way to log in', async () => {
    const fields = userFields()
    await site.browse().submit('/register', fields)
    const other = site.browse()

    const answer = await other.submit('/register', fields)

    expect(answer.status).toBe(422)
    expect(await isLoggedIn(other)).toBe(false)
  })

  test('at /register with another password is refused', async () => {
    const browser = site.browse()
    const page = await browser.visit('/register')
    const form = { ...readForm(page.text, '/register'), ...userFields() }
    const asBefore = site.browse().copyCookies(browser)
    await browser.post('/register', form)

    const answer = await asBefore.post('/register', { ...form, password: NEXT, confirm: NEXT })

    expect(answer.status).toBe(422)
    expect(await isLoggedIn(asBefore)).toBe(false)
  })
})

const RESET = 'Your new password is set. Log in with it.'

async function openResetForm() {
  const ada = await register(site)
  const browser = site.browse()
  const page = await browser.follow(await browser.visit(await forgetPassword(site, ada)))
  return { ada, browser, form: { ...readForm(page.text, '/reset-password'), ...newPassword } }
}

async function openUsedResetForm() {
  const opened = await openResetForm()
  const asBefore = site.browse().copyCookies(opened.browser)
  await opened.browser.post('/reset-password', opened.form)
  return { ...opened, asBefore }
}

describe('a second press at /reset-password', () => {
  test('ends where the first did, when its answer was lost', async () => {
    const { ada, asBefore, form } = await openUsedResetForm()

    const answer = await asBefore.post('/reset-password', form)
    const page = await asBefore.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(page.text)).toEqual([RESET])
    expect(
      (await kindsOf(site, ada.username)).filter((kind) => kind === 'password-reset'),
    ).toHaveLength(1)
  })

  test('ends where the first did, when its answer has arrived', async () => {
    const { browser, form } = await openUsedResetForm()

    const answer = await browser.post('/reset-password', form)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  test('ends where the first did, when both are under way', async () => {
    const { ada, browser, form } = await openResetForm()
    const copy = site.browse().copyCookies(browser)

    const answers = await Promise.all([
      browser.post('/reset-password', form),
      copy.post('/reset-password', form),
    ])

    for (const answer of answers)
      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(
      (await kindsOf(site, ada.username)).filter((kind) => kind === 'password-reset'),
    ).toHaveLength(1)
  })

  test('with another new password sets none, and says what a link says that never was', async () => {
    const { ada, asBefore, form } = await openUsedResetForm()
    const other = { ...form, password: 'plum gantry otter', confirm: 'plum gantry otter' }

    const answer = await asBefore.post('/reset-password', other)
    const unknown = await asBefore.post('/reset-password', { ...other, link: randomUUID() })

    expect(answer.status).toBe(422)
    expect(answer.text).toContain(LINK_IS_OVER)
    expect(withoutToken(answer.text)).toBe(withoutToken(unknown.text))
    expect(await isLoggedIn(await logInElsewhere(site, { ...ada, ...newPassword }, {}))).toBe(true)
  })

  test('is one of five guesses at that password', async () => {
    const limited = await openTestApp({ THROTTLE: 'on' }, site)
    const { browser, form } = await openUsedResetForm()
    const guesser = limited.browse().copyCookies(browser)
    const statuses: number[] = []

    for (let count = 0; count < 7; count++) {
      const answer = await guesser.post('/reset-password', { ...form, password: `guess ${count}` })
      statuses.push(answer.status)
    }

    expect(statuses).toEqual([...Array(5).fill(422), 429, 429])
  })

  test('shows no form', async () => {
    const { asBefore } = await openUsedResetForm()

    const page = await asBefore.visit('/reset-password')

    expect(page.text).toContain(LINK_IS_OVER)
    expect(page.text).not.toContain('name="password"')
  })

  test('is one within a minute', async () => {
    const { asBefore, form } = await openUsedResetForm()

    site.clock.advance(minutes(1))
    const answer = await asBefore.post('/reset-password', form)

    expect(answer.status).toBe(422)
  })

  test('is over once the password is another', async () => {
    const { ada, asBefore, form } = await openUsedResetForm()
    const other = { password: NEXT, confirm: NEXT }
    site.clock.advance(seconds(1))
    const link = await forgetPassword(site, ada)
    await followLink(site.browse(), link, other)

    const answer = await asBefore.post('/reset-password', form)

    expect(answer.status).toBe(422)
  })
})

const linkTo = {
  '/verify-email': async () => {
    const { email } = await register(site)
    return readLink(site, email, 'verify-email')
  },
  '/restore-account': async () => deleteAccount(site, await registerVerified(site)),
  '/undo-email': async () => {
    const ada = await register(site)
    return moveTo(site, ada, `new.${ada.email}`)
  },
}

describe.each([
  ['/restore-account', '/login', 'Your account is back. Log in as before.'],
  [
    '/undo-email',
    '/reset-password',
    'Your email is back, and every browser is logged out. Choose a new password.',
  ],
] as const)('a second press at %s', (path, end, message) => {
  const openForm = async () => {
    const browser = site.browse()
    const page = await openLink(browser, await linkTo[path]())
    return { browser, form: readForm(page.text, path) }
  }

  test('ends where the first did, when its answer was lost', async () => {
    const { browser, form } = await openForm()
    const asBefore = site.browse().copyCookies(browser)
    await browser.post(path, form)

    const answer = await asBefore.post(path, form)

    expect([answer.status, answer.headers.location]).toEqual([303, end])
    expect(readFlashes((await asBefore.follow(answer)).text)).toEqual([message])
  })

  test('ends where the first did, when both are under way', async () => {
    const { browser, form } = await openForm()
    const copy = site.browse().copyCookies(browser)

    const answers = await Promise.all([browser.post(path, form), copy.post(path, form)])

    for (const answer of answers)
      expect([answer.status, answer.headers.location]).toEqual([303, end])
  })

  test('is one within a minute, and only at its own page', async () => {
    const { browser, form } = await openForm()
    await browser.post(path, form)

    const elsewhere = await browser.post('/verify-email', form)
    site.clock.advance(minutes(1))
    const late = await browser.post(path, form)

    expect([elsewhere.status, late.status]).toEqual([422, 422])
  })
})

describe('a second press at /verify-email', () => {
  test('ends where the first did, of a user who is logged in', async () => {
    const { browser, email } = await register(site)
    const page = await openLink(browser, await readLink(site, email, 'verify-email'))
    const form = readForm(page.text, '/verify-email')
    await browser.post('/verify-email', form)

    const answer = await browser.post('/verify-email', form)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
    expect(readFlashes((await browser.follow(answer)).text)).toEqual(['The email is verified.'])
  })

  test('ends where the first did, in another browser', async () => {
    const { browser, form } = await openFormElsewhere()
    await browser.post('/verify-email', { ...form, password: PASSWORD })

    const answer = await browser.post('/verify-email', { ...form, password: PASSWORD })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  test('after a wrong password is no second press', async () => {
    const { browser, form } = await openFormElsewhere()
    await browser.post('/verify-email', { ...form, password: 'plum gantry otter' })

    const answer = await browser.post('/verify-email', { ...form, password: 'plum gantry otter' })

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual(['Wrong password.'])
  })

  async function openFormElsewhere() {
    const browser = site.browse()
    const page = await openLink(browser, await linkTo['/verify-email']())
    return { browser, form: readForm(page.text, '/verify-email') }
  }
})
