import { afterAll, describe, expect, test } from 'vitest'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { doJobs } from '../support/jobs.ts'
import { openServedApp } from '../support/served-app.ts'
import { register } from '../support/users.ts'

// Dear enough that a crowd is there before the first of them is done.
const site = await openServedApp({ BCRYPT_COST: '11' })
afterAll(site.close)

const CROWD = 45

describe('a crowd that logs in at once', () => {
  test('is let in as far as the queue goes; the others are told when to come back, and cost no hash', async () => {
    const { username } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    const guess = () => browser.post('/login', { username, password: 'a wrong one', _csrf })

    const answers = await Promise.all(Array.from({ length: CROWD }, guess))

    const busy = answers.filter(({ status }) => status === 503)
    const hashed = answers.filter(({ status }) => status === 422)
    await doJobs(site)
    const [event] = await site.database.securityEvent.findMany({ where: { kind: 'login-failed' } })
    expect(busy.length).toBeGreaterThan(0)
    expect(hashed.length).toBe(CROWD - busy.length)
    expect(event?.count).toBe(hashed.length)
    for (const { headers, text } of busy) {
      expect(headers).toMatchObject({ ...listSecurityHeaders(false), 'retry-after': '5' })
      expect(text).toContain('Try again in <strong>5 seconds</strong>')
    }
  })

  test('keeps nobody else waiting: pages, files and health checks are answered before it is done', async () => {
    const { username } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    let isDone = false
    const crowd = Promise.all(
      Array.from({ length: CROWD }, () =>
        browser.post('/login', { username, password: 'a wrong one', _csrf }),
      ),
    ).then(() => {
      isDone = true
    })

    const others = ['/login', '/app.css', '/healthz', '/readyz'].map((path) =>
      site.browse().visit(path),
    )
    const statuses = (await Promise.all(others)).map(({ status }) => status)
    const wasDone = isDone
    await crowd

    expect(statuses).toEqual([200, 200, 200, 200])
    expect(wasDone).toBe(false)
  })
})
