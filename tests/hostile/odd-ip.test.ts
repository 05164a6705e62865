import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { openServedApp } from '../support/served-app.ts'

const site = await openServedApp({ TRUST_PROXY: '1', THROTTLE: 'on' })
afterAll(site.close)

describe('an IP that a proxy passes on from a visitor', () => {
  test.each([
    ['very long', randomBytes(3000).toString('hex')],
    ['empty', ''],
    ['of another kind', '::::%%zz:q:1, unknown'],
    ['full of odd letters', '\u0085\u009b"\\\u00ff'],
    ['of seven kinds at once', '::ffff:1.2.3.4:5:6:7:8:9:%eth0'],
  ])('is no bug of ours: %s', async (_, ip) => {
    const browser = site.browse()
    browser.headers['X-Forwarded-For'] = ip

    const answer = await browser.submit('/login', { username: 'ada', password: 'a guess' })

    expect(answer.status).toBe(422)
  })
})
