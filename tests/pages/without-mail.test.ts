import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { readFlashes } from '../support/html.ts'
import { register } from '../support/users.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  APP_URL: 'http://localhost:3000',
  BCRYPT_COST: '10',
  THROTTLE: 'on',
}

const [mute, sending, development] = await Promise.all([
  openTestApp(PRODUCTION),
  openTestApp({ ...PRODUCTION, SMTP_URL: 'smtp://localhost:2525' }),
  openTestApp(),
])
afterAll(() => Promise.all([mute, sending, development].map(({ close }) => close())))

const NOTE = 'This site cannot send mail yet'

describe('a page whose form has a mail sent', () => {
  test.each(['/forgot-password', '/account', '/account/delete'])(
    'says where mail cannot be sent, and only there: %s',
    async (path) => {
      const pages: string[] = []
      for (const site of [mute, sending, development]) {
        const { browser } = await register(site)
        pages.push((await browser.visit(path)).text)
      }

      expect(pages.map((text) => text.includes(NOTE))).toEqual([true, false, false])
    },
  )

  test('says so, or where to look, when its form was sent', async () => {
    const flashes: string[] = []
    for (const site of [mute, sending, development]) {
      const browser = site.browse()
      const answer = await browser.submit('/forgot-password', { email: 'ada@example.org' })
      flashes.push(...readFlashes((await browser.follow(answer)).text))
    }

    expect(flashes).toEqual([
      expect.stringContaining('cannot send mail'),
      expect.stringMatching(/on its way to it\.$/),
      expect.stringContaining('/dev/mailbox'),
    ])
  })
})
