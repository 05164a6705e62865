import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMetrics } from '../../src/runtime/metrics.ts'
import { findFreePort } from '../support/free-port.ts'
import { openServedApp } from '../support/served-app.ts'
import { logIn, register } from '../support/users.ts'

const site = await openServedApp({ THROTTLE: 'on', REGISTRATIONS_PER_HOUR: '1000' })
const port = await findFreePort()
afterAll(site.close)

beforeAll(async () => {
  expect(await openMetrics(port, site)).toBeNull()
})

const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()

/** The number behind a name and its labels; 0 where there is none yet. */
async function readMetric(name: string): Promise<number> {
  const line = (await scrape()).split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

const scrapeAs = async (host: string) => {
  const asked = get({ port, path: '/metrics', headers: { Host: host } })
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  return [answer?.statusCode, (await answer?.toArray())?.join('')]
}

describe('/metrics', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST'])(
    'answers at the names of this machine: %s',
    async (name) => {
      for (const host of [name, `${name}:${port}`])
        expect(await scrapeAs(host)).toEqual([200, expect.stringContaining('hash_queue')])
    },
  )

  test.each([
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    'evil.example:@localhost',
  ])('tells nothing at another name, which a site may have pointed here: %j', async (host) => {
    expect(await scrapeAs(host)).toEqual([421, ''])
  })

  test('counts and times requests by method, pattern of the path, and status', async () => {
    const { browser } = await register(site)
    const missing = `/${Math.random()}`
    await site.browse().visit(missing)
    await browser.post('/account/devices/42/revoke', {})

    const text = await scrape()

    expect(text).toMatch(
      /^http_requests_total\{method="POST",route="\/register",status="303"\} [1-9]/m,
    )
    expect(text).toMatch(/^http_requests_total\{method="GET",route="other",status="404"\} 1$/m)
    expect(text).toMatch(/route="\/account\/devices\/:id\/revoke"/)
    expect(text).toMatch(
      /^http_request_duration_seconds_count\{method="POST",route="\/register"\}/m,
    )
    expect(text).not.toContain(missing)
  })

  test('counts logins by outcome, and attempts by the budget that was used up', async () => {
    const ada = await register(site)
    await logIn(site.browse(), ada)
    for (let time = 0; time < 12; time++)
      await logIn(site.browse(), { ...ada, password: 'not my password' })

    expect(await readMetric('logins_total{outcome="right"}')).toBe(1)
    expect(await readMetric('logins_total{outcome="wrong"}')).toBe(10)
    expect(await readMetric('throttled_total{budget="name-in-network"}')).toBe(2)
  })

  test('shows the hash queue, the outbox, thefts, failures of the database and the event loop', async () => {
    await site.database.outboxMessage.updateMany({ data: { attempts: 1 } })
    await register(site)
    const before = await readMetric('database_errors_total')

    site.log.warn({ err: Object.assign(new Error('full'), { code: 'SQLITE_FULL' }) }, 'as it fails')
    site.log.warn({ err: new Error('not of the database') }, 'as it fails')

    expect(await readMetric('outbox{state="waiting"}')).toBe(1)
    expect(await readMetric('outbox{state="failed"}')).toBeGreaterThan(0)
    expect(await readMetric('database_errors_total')).toBe(before + 1)
    const text = await scrape()
    expect(text).toMatch(/^hash_queue\{state="running"\} 0$/m)
    expect(text).toMatch(/^hash_queue\{state="waiting"\} 0$/m)
    expect(text).toMatch(/^remember_thefts_total 0$/m)
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  })

  test('has no user, email or IP', async () => {
    const ada = await register(site, { username: 'conspicuous' })
    const { id } = await site.database.user.findFirstOrThrow({ where: { email: ada.email } })
    await logIn(site.browse(), { ...ada, password: 'not my password' })

    const text = await scrape()

    for (const secret of ['conspicuous', ada.email, id, '127.0.0.1', '@'])
      expect(text).not.toContain(secret)
  })

  test('answers on its own port alone, and nothing else there', async () => {
    const onPages = await fetch(`http://127.0.0.1:${site.port}/metrics`)
    const others = await fetch(`http://127.0.0.1:${port}/dashboard`)

    expect([onPages.status, others.status]).toEqual([404, 404])
  })

  test('answers while the database does not', async () => {
    await site.database.$executeRaw`ALTER TABLE "OutboxMessage" RENAME TO "Away"`
    const { status } = await fetch(`http://127.0.0.1:${port}/metrics`)
    const text = await scrape()
    await site.database.$executeRaw`ALTER TABLE "Away" RENAME TO "OutboxMessage"`

    expect(status).toBe(200)
    expect(text).not.toContain('outbox{')
  })

  test('says which setting to change where the port is taken', async () => {
    expect(await openMetrics(port)).toBe(
      `METRICS_PORT ${port} is taken by another program. For example: METRICS_PORT=${port + 1}`,
    )
  })
})
