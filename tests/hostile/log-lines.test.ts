import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { createLog } from '../../src/runtime/log.ts'
import { openServedApp } from '../support/served-app.ts'
import { register } from '../support/users.ts'
import { say } from '../support/wire-words.ts'

const site = await openServedApp({ TRUST_PROXY: '1' })
afterAll(site.close)

const ODD = 'a\r\n{"event":"authn_login_success"}\u001b[2J\u0085\u2028\u2029\u009b\u202e"\\\0b'

describe('a line of the log', () => {
  test.each(['', 'ж', '\n\n', '\u2028', '\u0085', '\u001b[31m', '\u009b31m', '\u202e', '😀', ODD])(
    'is one, in letters that no terminal and no reader of lines takes for anything else: %j',
    (text) => {
      const lines: string[] = []
      const log = createLog('info', { write: (line) => void lines.push(line) })

      log.info({ text, err: new Error(text) }, text)

      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(/^[ -~]*\n$/)
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ text, msg: text })
    },
  )

  test('is one for each answer, whatever a name, a browser, an email or a path is made of', async () => {
    site.logged.length = 0
    const browser = site.browse()
    browser.headers['User-Agent'] = 'Mozilla\u0085\u009b2J'
    browser.headers['X-Forwarded-For'] = '\u009b2J\u0085{"event":"x"}'

    await browser.submit('/login', { username: ODD, password: ODD })
    await browser.visit(`/${encodeURIComponent(ODD)}`)
    await say(site.port, 'GET /\u001b[2J HTTP/1.1\r\nHost: a\r\n\r\n')

    expect(site.logged.map(({ status }) => status)).toEqual([200, 422, 404, 400])
    expect(site.logged.map(({ event }) => event)).not.toContain('authn_login_success')
  })

  test('of a form that was shown again says which form it was', async () => {
    site.logged.length = 0

    await site.browse().post('/login', { _csrf: 'stale' })

    expect(site.logged).toMatchObject([{ status: 403, path: '/login' }])
  })

  test('of a form that had to wait for the password is one', async () => {
    const { browser, password } = await register(site)
    site.clock.advance(minutes(11))
    const _csrf = await browser.takeToken('/account')
    const refused = await browser.post('/account/export', { _csrf })
    const detour = new URLSearchParams(refused.headers.location?.split('?')[1])
    site.logged.length = 0

    const fields = { _csrf, password, ...Object.fromEntries(detour) }
    const answer = await browser.post('/reauthenticate', fields)

    expect(answer.headers['content-type']).toContain('json')
    const answered = site.logged.filter(({ msg }) => msg === 'answered')
    expect(answered).toMatchObject([{ path: '/reauthenticate', event: 'sensitive_read' }])
  })
})
