import { afterAll, describe, expect, test } from 'vitest'
import { secretsFor, signValue } from '../../src/cookies.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'

const site = await openTestApp()
afterAll(site.close)

const put = (value: string) => {
  const browser = site.browse()
  browser.cookies.set('flash', { value, attributes: {}, expiresAt: null })
  return browser
}

const sign = (value: string) =>
  encodeURIComponent(signValue(value, secretsFor('flash', site.settings.secrets)))

describe('a flash message', () => {
  test('waits through redirects and is shown once, on the first page that there is', async () => {
    const browser = site.browse()
    await browser.visit('/dashboard')

    await browser.visit('/app.css')
    await browser.visit('/.well-known/change-password')
    const page = await browser.visit('/register')
    const after = await browser.visit('/register')

    expect(readFlashes(page.text)).toEqual(['Please log in to access this page.'])
    expect(readFlashes(after.text)).toEqual([])
    expect(browser.valueOf('flash')).toBeUndefined()
  })

  test('is said once, however often it was the reason', async () => {
    const browser = site.browse()
    for (const path of ['/dashboard', '/account/devices', '/dashboard']) await browser.visit(path)

    const page = await browser.visit('/login')

    expect(readFlashes(page.text)).toEqual(['Please log in to access this page.'])
  })

  test('is shown beside another that comes while it waits', async () => {
    const browser = site.browse()
    await browser.visit('/dashboard')
    const _csrf = await site.browse().takeToken('/login')

    const answer = await browser.post('/logout', { _csrf })
    const page = await browser.follow(answer)

    expect(readFlashes(page.text)).toEqual([
      'Please log in to access this page.',
      'You are logged out.',
    ])
  })

  test.each([
    ['not signed', encodeURIComponent('[{"category":"info","message":"Call 555 now"}]')],
    ['signed by another program', 's%3A%5B%7B%22category%22%3A%22info%22%7D%5D.AAAA'],
    ['signed, and no JSON', sign('{')],
    ['signed, and of another shape', sign('{"message":"hello"}')],
    ['signed, and of an unknown kind', sign('[{"category":"evil","texts":["logout.done"]}]')],
    ['signed by a release that kept English', sign('[{"category":"info","message":"hello"}]')],
    ['signed by a release with other texts', sign('[{"category":"info","texts":["logout.gone"]}]')],
  ])('is not shown when its cookie is %s', async (_, value) => {
    const page = await put(value).visit('/login')

    expect(page.status).toBe(200)
    expect(readFlashes(page.text)).toEqual([])
  })

  test('is shown as text, whatever is in it', async () => {
    const flash = { category: 'info', texts: [['login.welcome-back', { name: '<b>&amp;</b>' }]] }
    const page = await put(sign(JSON.stringify([flash]))).visit('/login')

    expect(page.text).not.toContain('<b>')
    expect(readFlashes(page.text)).toEqual(['Welcome back, <b>&amp;</b>'])
  })
})
