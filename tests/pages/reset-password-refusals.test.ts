import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors } from '../support/html.ts'
import { forgetPassword, NEW_PASSWORD, newPassword, postLink } from '../support/journeys.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a link for a forgotten password', () => {
  test.each([
    ['too short', { password: 'short', confirm: 'short' }, 'Use at least 15 characters.'],
    [
      'typed differently',
      { password: NEW_PASSWORD, confirm: 'something else' },
      'The two passwords are not the same.',
    ],
    [
      'widely used',
      { password: 'passwordpassword', confirm: 'passwordpassword' },
      expect.stringContaining('harder to guess'),
    ],
    ['missing', {}, 'Enter a password.'],
  ])('is not used up by a password that is %s', async (_, fields, message) => {
    const browser = site.browse()
    await browser.visit(await forgetPassword(site, await register(site)))

    const refused = await postLink(browser, '/reset-password', fields)
    const answer = await postLink(browser, '/reset-password', newPassword)

    expect(refused.status).toBe(422)
    expect(readErrors(refused.text)).toContainEqual(message)
    expect(refused.text).not.toContain(`value="${NEW_PASSWORD}"`)
    expect(answer.status).toBe(303)
  })

  test('does not accept the name of its owner as a password', async () => {
    const ada = await register(site, { username: 'theodora-anastasia' })
    const browser = site.browse()
    await browser.visit(await forgetPassword(site, ada))
    const { username } = ada

    const answer = await postLink(browser, '/reset-password', {
      password: username,
      confirm: username,
    })

    expect(readErrors(answer.text)).toEqual([expect.stringContaining('not made of your name')])
  })
})
