import { afterAll, describe, expect, test, vi } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readErrors, readLinks, readTitle } from '../support/html.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const FETCH = { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:3000' }

/** What the log says of the one request that was refused. */
async function reasonsLogged() {
  await vi.waitFor(() => expect(site.logged.some(({ status }) => status === 403)).toBe(true))
  const reasons = site.logged.filter(({ status }) => status === 403).map(({ reason }) => reason)
  site.logged.length = 0
  return reasons
}

describe('a refused form', () => {
  test('says that cookies are needed where the browser sent none', async () => {
    const _csrf = await site.browse().takeToken('/forgot-password')

    const fields = { _csrf, email: 'ada@example.org' }
    const answer = await site.browse().post('/forgot-password', fields, FETCH)

    expect([answer.status, readTitle(answer.text)]).toEqual([
      403,
      expect.stringMatching(/^This site needs cookies/),
    ])
    expect(answer.text).toContain('Allow cookies for this site')
    expect(await reasonsLogged()).toEqual(['no-cookies'])
  })

  test.each(['/login', '/register'])(
    'at %s says that cookies are needed, and shows the form again',
    async (path) => {
      const _csrf = await site.browse().takeToken(path)

      const answer = await site.browse().post(path, { _csrf, username: 'ada' }, FETCH)

      expect(answer.status).toBe(403)
      expect(readErrors(answer.text)).toEqual([expect.stringMatching(/needs cookies/)])
      expect(await reasonsLogged()).toEqual(['no-cookies'])
    },
  )

  test.each(['/login', '/register', '/forgot-password'])(
    'at %s says at which URL the site works, where it was opened at another one',
    async (path) => {
      const browser = site.browse()
      const host = '192.168.1.5:3000'
      const _csrf = await browser.takeToken(path)

      const answer = await browser.post(path, { _csrf }, { Host: host, Origin: `http://${host}` })

      expect(answer.status).toBe(403)
      expect(answer.text).toContain('This site has another URL')
      expect(readLinks(answer.text)).toContain(`http://localhost:3000${path}`)
      expect(await reasonsLogged()).toEqual(['other-origin'])
    },
  )

  test('says so too where cookies for https were kept back over http', async () => {
    const secure = await openTestApp({ APP_URL: 'https://accounts.example' })
    const _csrf = await secure.browse().takeToken('/login')
    const headers = { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://accounts.example' }

    const answer = await secure.browse().post('/login', { _csrf, username: 'ada' }, headers)
    await secure.close()

    expect(answer.status).toBe(403)
    expect(readLinks(answer.text)).toContain('https://accounts.example/login')
  })

  test.each([
    ['Sec-Fetch-Site', 'cross-site'],
    ['Origin', 'https://evil.example'],
  ])('says that it came from another site, by %s', async (name, value) => {
    const browser = site.browse()
    const _csrf = await browser.takeToken('/forgot-password')

    const answer = await browser.post('/forgot-password', { _csrf }, { [name]: value })

    expect(answer.text).toContain('This form came from another site')
    expect(await reasonsLogged()).toEqual(['cross-site'])
  })

  test('of the first of two tabs that were opened at the same moment is out of date, and works when tried again', async () => {
    const ada = await register(site)
    const browser = site.browse()
    const [first] = await Promise.all([browser.takeToken('/login'), browser.takeToken('/login')])
    await browser.takeToken('/login')
    const fields = { username: ada.username, password: PASSWORD }

    const refused = await browser.post('/login', { ...fields, _csrf: `${first}x` }, FETCH)
    const _csrf = /name="_csrf" value="([^"]*)"/.exec(refused.text)?.[1] ?? ''
    const again = await browser.post('/login', { ...fields, _csrf }, FETCH)

    expect(readErrors(refused.text)).toEqual([expect.stringMatching(/another tab/)])
    expect(again.status).toBe(303)
    expect(await reasonsLogged()).toEqual(['stale'])
  })

  test('is out of date where its user has logged out and in again since', async () => {
    const ada = await register(site)
    const _csrf = await ada.browser.takeToken('/account')
    await ada.browser.submit('/logout')
    await logIn(ada.browser, ada)

    const answer = await ada.browser.post('/account', { _csrf, name: 'Eve' }, FETCH)

    expect(answer.text).toContain('This form is out of date')
    expect(readLinks(answer.text)).toContain('/account')
    expect(await reasonsLogged()).toEqual(['stale'])
  })
})
