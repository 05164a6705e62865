import { afterAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../src/durations.ts'
import { onlyRemembered } from './support/account.ts'
import type { TestApp } from './support/app.ts'
import { findMailedLink } from './support/mailed-link.ts'
import { moveTo, openWithSecrets, registerRemembered } from './support/restarted-app.ts'
import { isLoggedIn } from './support/users.ts'

const { first, both, onlyNew } = await openWithSecrets()
afterAll(first.close)

describe('a new secret in front of the old one', () => {
  test('ends neither session nor remembered browser, and leaves open forms good', async () => {
    const { browser } = await registerRemembered(first)
    const _csrf = await browser.takeToken('/account')
    const later = moveTo(both, browser)

    const answer = await later.post('/account/password', { _csrf })

    expect(answer.status).toBe(422)
    expect(await isLoggedIn(later)).toBe(true)
    expect(await isLoggedIn(onlyRemembered(both, browser))).toBe(true)
  })

  test('gives a remembered browser another token, and as long as it had left', async () => {
    const { browser } = await registerRemembered(first)
    const before = browser.cookies.get('remember')
    first.clock.advance(minutes(20))
    const tabs = [moveTo(both, browser), moveTo(both, browser)]

    await Promise.all(tabs.map(isLoggedIn))

    const [one, other] = tabs.map(({ cookies }) => cookies.get('remember'))
    expect(one?.value).not.toBe(before?.value)
    expect(other?.value).toBe(one?.value)
    expect(one?.expiresAt).toBe(before?.expiresAt)
    expect(withoutAge(one?.attributes)).toEqual(withoutAge(before?.attributes))
  })

  test('goes on noticing a remember cookie that was copied before', async () => {
    const { browser } = await registerRemembered(first)
    const later = moveTo(both, browser)
    await later.visit('/dashboard')
    await later.visit('/dashboard')

    first.clock.advance(seconds(60))

    expect(await isLoggedIn(onlyRemembered(both, browser))).toBe(false)
    expect(await isLoggedIn(later)).toBe(false)
  })

  test.each(['session', 'device'])(
    'signs the %s cookie anew, with the attributes that it had',
    async (name) => {
      const { browser } = await registerRemembered(first)
      const before = browser.cookies.get(name)
      const later = moveTo(both, browser)

      await later.visit('/dashboard')

      const after = later.cookies.get(name)
      expect(after?.value).not.toBe(before?.value)
      expect(contentOf(after?.value)).toBe(contentOf(before?.value))
      expect(withoutDate(after?.attributes)).toEqual(withoutDate(before?.attributes))
    },
  )

  test('keeps a form of a logged-out visitor good, and signs its cookie anew', async () => {
    const visitor = first.browse()
    const _csrf = await visitor.takeToken('/login')
    const later = moveTo(both, visitor)

    const answer = await later.post('/login', { _csrf, username: 'unknown', password: 'nothing' })

    expect(answer.status).toBe(422)
    expect(contentOf(later.valueOf('csrf'))).toBe(contentOf(visitor.valueOf('csrf')))
    expect(later.valueOf('csrf')).not.toBe(visitor.valueOf('csrf'))
    const withoutOld = await moveTo(onlyNew, later).post('/login', { _csrf, username: 'unknown' })
    expect(withoutOld.status).toBe(422)
  })

  test('leaves links good that are in the mail', async () => {
    const { email, browser } = await registerRemembered(first)
    await browser.submit('/forgot-password', { email })
    const link = await findMailedLink(first, email, 'reset-password')

    const opensWith = async (site: TestApp) => {
      const reader = site.browse()
      const page = await reader.follow(await reader.visit(link))
      return page.text.includes('name="confirm"')
    }

    expect([await opensWith(both), await opensWith(onlyNew)]).toEqual([true, false])
  })
})

function contentOf(value: string | undefined): string {
  const signed = decodeURIComponent(value ?? '')
  return signed.slice(0, signed.lastIndexOf('.'))
}

function withoutDate({ expires: _, ...attributes }: Record<string, string> = {}) {
  return attributes
}

function withoutAge({ 'max-age': _, ...attributes }: Record<string, string> = {}) {
  return withoutDate(attributes)
}
