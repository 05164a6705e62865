import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readFlashes } from '../support/html.ts'
import { findUser, listEvents } from '../support/journeys.ts'
import { findMails } from '../support/mails.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('GET /account', () => {
  test('shows name, user name and email, and the links to export the data and to delete the account', async () => {
    const { browser, username, email } = await register(site)

    const { text } = await browser.visit('/account')

    expect(readField(text, '/account', 'name')).toBe('')
    expect(readField(text, '/account', 'username')).toBe(username)
    expect(readField(text, '/account', 'email')).toBe(email)
    expect(text).toContain('action="/account/export"')
    expect(text).toContain('href="/account/delete"')
  })
})

describe('POST /account', () => {
  test('changes the name, by which the dashboard then greets', async () => {
    const ada = await register(site)

    const answer = await ada.browser.submit('/account', { name: 'Ada Lovelace' })
    const profile = await ada.browser.follow(answer)
    const dashboard = await ada.browser.visit('/dashboard')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(readFlashes(profile.text)).toEqual(['Saved.'])
    expect(dashboard.text).toContain('Hello, <bdi>Ada Lovelace</bdi>.')
    expect(await listEvents(site, ada)).toEqual(['profile-changed', 'registered'])
  })

  test('takes another spelling of the same email at once, and sends no mail for it', async () => {
    const ada = await register(site)
    const email = ada.email.toUpperCase()

    const answer = await ada.browser.submit('/account', { email })
    const profile = await ada.browser.follow(answer)

    expect(readFlashes(profile.text)).toEqual(['Saved.'])
    expect(readField(profile.text, '/account', 'email')).toBe(email)
    expect(await findMails(site, email, 'verify-new-email')).toEqual([])
  })

  test('shows a name made of HTML as text', async () => {
    const { browser } = await register(site)
    const name = '<script>alert("1")</script>'

    await browser.submit('/account', { name })
    const pages = [await browser.visit('/account'), await browser.visit('/dashboard')]

    for (const { text } of pages) expect(text).not.toContain('<script>alert')
    expect(readField(pages[0]?.text ?? '', '/account', 'name')).toBe(name)
    expect(pages[1]?.text).toContain('&lt;script&gt;')
  })

  test('keeps no name where none is given: the user name is shown', async () => {
    const ada = await register(site)

    await ada.browser.submit('/account', { name: '' })

    expect(await findUser(site, ada)).toMatchObject({ name: null })
    await ada.browser.submit('/account', { username: `${ada.username}x` })
    const { text } = await ada.browser.visit('/dashboard')
    expect(text).toContain(`Hello, <bdi>${ada.username}x</bdi>`)
  })

  test('leaves alone what a form does not have: names and email have one each', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.post('/account', { _csrf, name: 'Ada L.' })
    const email = ada.email.toUpperCase()

    const answer = await ada.browser.post('/account', { _csrf, email })
    const wrong = await ada.browser.post('/account', { _csrf, email: 'ada@' })

    expect([answer.status, wrong.status]).toEqual([303, 422])
    expect(await findUser(site, ada)).toMatchObject({ name: 'Ada L.', email })
    expect(readField(wrong.text, '/account', 'name')).toBe('Ada L.')
    expect(readField(wrong.text, '/account', 'email')).toBe('ada@')
  })

  test.each([
    [
      'a name of 101 characters',
      { name: 'x'.repeat(101) },
      'Use at most 100 characters for the name.',
    ],
    [
      'a name with a control character',
      { name: 'Ada\u0007' },
      'Use no control characters in the name.',
    ],
    ['a name that cannot be seen', { name: '\u200b\u200d' }, 'Use a name that can be seen.'],
    ['no user name', { username: '' }, 'Enter a user name.'],
    [
      'a user name with a space',
      { username: 'ada lovelace' },
      expect.stringContaining('Use letters'),
    ],
    [
      'a user name like an email',
      { username: 'a@b.example' },
      expect.stringContaining('Use letters'),
    ],
    ['no email', { email: '' }, 'Enter an email.'],
    ['half an email', { email: 'ada@' }, expect.stringContaining('in the form')],
  ])('refuses %s', async (_, fields: Record<string, string>, message) => {
    const ada = await register(site)
    const before = await findUser(site, ada)

    const answer = await ada.browser.submit('/account', fields)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([message])
    expect(await findUser(site, ada)).toEqual(before)
  })

  test('takes a name of 100 characters', async () => {
    const { browser } = await register(site)

    const answer = await browser.submit('/account', { name: 'x'.repeat(100) })

    expect(answer.status).toBe(303)
  })

  test('changes what the form has and nothing else, whatever is sent along', async () => {
    const ada = await register(site)
    const before = await findUser(site, ada)
    const sent = {
      id: 'another',
      usernameKey: 'another',
      emailKey: 'another@example.org',
      passwordHash: 'none',
      password: 'none',
      authEpoch: '9',
      disabledAt: '2020-01-01',
      emailVerifiedAt: '2020-01-01',
      deletionDueAt: '2020-01-01',
      createdAt: '2020-01-01',
    }

    const answer = await ada.browser.submit('/account', { ...sent, name: 'Ada L.' })

    expect(answer.status).toBe(303)
    expect(await findUser(site, ada)).toEqual({ ...before, name: 'Ada L.' })
  })
})
