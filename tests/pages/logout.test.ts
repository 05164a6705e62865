import { afterAll, describe, expect, test } from 'vitest'
import { hours } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import { logIn, register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('GET /logout', () => {
  test('logs no user out: it shows a page with one button', async () => {
    const { browser } = await register(site)

    const page = await browser.visit('/logout')
    const dashboard = await browser.visit('/dashboard')

    expect(page.text).toContain('<form id="logout" method="post" action="/logout">')
    expect(dashboard.status).toBe(200)
  })

  test('is there for a visitor who is logged out', async () => {
    expect((await site.browse().visit('/logout')).status).toBe(200)
  })
})

describe('POST /logout', () => {
  test('ends the session in the browser and on the server, and says so on the login page', async () => {
    const { browser } = await register(site)
    const thief = site.browse().copyCookies(browser)

    const answer = await browser.submit('/logout')
    const page = await browser.follow(answer)

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(readFlashes(page.text)).toEqual(['You are logged out.'])
    expect(browser.valueOf('session')).toBeUndefined()
    expect((await thief.visit('/dashboard')).headers.location).toBe('/login?next=%2Fdashboard')
  })

  test('ends the remember series in the browser and on the server', async () => {
    const ada = await register(site)
    const browser = site.browse()
    await logIn(browser, ada, { remember: 'on' })
    const thief = site.browse().copyCookies(browser)

    await browser.submit('/logout')
    thief.restart()
    const stolen = await thief.visit('/dashboard')

    expect(browser.valueOf('remember')).toBeUndefined()
    expect(stolen.status).toBe(302)
  })

  test('leaves the other browsers logged in', async () => {
    const ada = await register(site)
    const other = site.browse()
    await logIn(other, ada)

    await ada.browser.submit('/logout')

    expect((await other.visit('/dashboard')).status).toBe(200)
  })

  test('can be done twice', async () => {
    const { browser } = await register(site)
    await browser.submit('/logout')

    const answer = await browser.submit('/logout')

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  test('works in a tab whose session has ended meanwhile', async () => {
    const { browser } = await register(site)
    const _csrf = await browser.takeToken('/dashboard')
    site.clock.advance(hours(13))

    const answer = await browser.post('/logout', { _csrf })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(browser.valueOf('session')).toBeUndefined()
  })

  test.each([
    ['Sec-Fetch-Site', 'same-origin'],
    ['Origin', 'http://localhost:3000'],
  ])(
    'works in a tab from an earlier login, by what the browser says of it in %s',
    async (name, value) => {
      const ada = await register(site)
      const _csrf = await ada.browser.takeToken('/dashboard')
      await ada.browser.submit('/logout')
      await logIn(ada.browser, ada)

      const answer = await ada.browser.post('/logout', { _csrf }, { [name]: value })

      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
      expect(ada.browser.valueOf('session')).toBeUndefined()
    },
  )

  test('is refused to another site while the session lives', async () => {
    const { browser } = await register(site)

    const answer = await browser.post('/logout', {}, { 'Sec-Fetch-Site': 'cross-site' })
    const blind = await browser.post('/logout')

    expect([answer.status, blind.status]).toEqual([403, 403])
    expect((await browser.visit('/dashboard')).status).toBe(200)
  })

  test('is refused to another site that would end a remembered browser', async () => {
    const ada = await register(site)
    const browser = site.browse()
    await logIn(browser, ada, { remember: 'on' })
    browser.restart()

    const answer = await browser.post('/logout', {}, { 'Sec-Fetch-Site': 'cross-site' })

    expect(answer.status).toBe(403)
    expect((await browser.visit('/dashboard')).status).toBe(200)
  })
})
