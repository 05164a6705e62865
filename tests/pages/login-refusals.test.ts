import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readField, readLinks, readTitle } from '../support/html.ts'
import { logIn, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const disable = (username: string) =>
  site.database.user.update({
    where: { usernameKey: username },
    data: { disabledAt: site.clock.now() },
  })

describe('POST /login', () => {
  test('does not say whether it was the name or the password that was wrong', async () => {
    const { username } = await register(site)

    const answer = await site.browse().submit('/login', { username, password: 'not the password' })

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual(['Wrong user name or password.'])
  })

  test('leads from what is wrong to the field of the user name', async () => {
    const answer = await site.browse().submit('/login', { username: 'ada', password: 'wrong' })

    expect(readLinks(answer.text)).toContain('#login-username')
    expect(answer.text).toMatch(/<input id="login-username"[^>]*aria-invalid="true"/)
  })

  test('tells a disabled user so, once they give the right password', async () => {
    const ada = await register(site)
    await disable(ada.username)
    const browser = site.browse()

    const answer = await logIn(browser, ada)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual([expect.stringContaining('This account is disabled.')])
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test.each([
    ['nothing', {}, ['Enter your user name or email.', 'Enter your password.']],
    ['no password', { username: 'ada' }, ['Enter your password.']],
    ['spaces for a name', { username: '  ', password: 'x' }, ['Enter your user name or email.']],
    [
      'a name that is too long',
      { username: 'a'.repeat(255), password: 'x' },
      ['Use at most 254 characters.'],
    ],
    [
      'a name with a NUL',
      { username: 'ada\0', password: 'x' },
      [expect.stringContaining('without control characters')],
    ],
  ])('says what is missing in %s', async (_, fields, errors) => {
    const answer = await site.browse().submit('/login', fields)

    expect(answer.status).toBe(422)
    expect(readErrors(answer.text)).toEqual(errors)
  })

  test('says Error in the title, keeps the name, the wish and the box, and never the password', async () => {
    const typed = { username: '<i>"Ada"</i>', password: 'a wrong secret', remember: 'on' }

    const { text } = await site.browse().submit('/login?next=%2Faccount%2Fdevices', typed)

    expect(readTitle(text)).toMatch(/^Error: Log in/)
    expect(readField(text, '/login', 'username')).toBe(typed.username)
    expect(readField(text, '/login', 'next')).toBe('/account/devices')
    expect(text).toMatch(/name="remember" type="checkbox" checked/)
    expect(text).not.toContain('a wrong secret')
    expect(text).not.toContain('<i>')
  })
})
