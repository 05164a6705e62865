import { afterAll, describe, expect, test } from 'vitest'
import { createReadiness } from '../../src/database/readiness.ts'
import { openTestApp } from '../support/app.ts'

const site = await openTestApp()
afterAll(site.close)

describe.each(['/healthz', '/readyz'])('GET %s', (path) => {
  test('says ok, to HEAD too', async () => {
    const get = await site.browse().visit(path)
    const head = await site.browse().ask('head', path)

    expect([get.status, get.text]).toEqual([200, 'ok'])
    expect(head.status).toBe(200)
  })

  test('takes no other method', async () => {
    const answer = await site.browse().post(path)

    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('GET /readyz', () => {
  test('says 503, and why in the log, while the database lacks a migration of this release', async () => {
    const { database } = site
    await database.$executeRaw`
      UPDATE "_prisma_migrations" SET "rolled_back_at" = '2026-01-01 00:00:00'
      WHERE "migration_name" LIKE '%_initial'`
    const before = await site.browse().visit('/readyz')
    await database.$executeRaw`UPDATE "_prisma_migrations" SET "rolled_back_at" = NULL`
    const after = await site.browse().visit('/readyz')

    expect([before.status, after.status]).toEqual([503, 200])
    expect(JSON.stringify(site.logged)).toMatch(/it lacks the migration \d+_initial/)
  })

  test('asks the database once for many that ask at once', async () => {
    const assertReady = createReadiness(site.database)
    site.statements.length = 0

    await Promise.all([assertReady(), assertReady(), assertReady()])

    expect(site.statements).toHaveLength(1)
  })
})

describe('LOG_HEALTH_CHECKS', () => {
  test.each([
    ['on', ['/healthz', '/readyz', '/readyz', '/login']],
    ['off', ['/readyz', '/login']],
  ])('%s logs, of checks that succeed and one that fails: %j', async (LOG_HEALTH_CHECKS, paths) => {
    const quiet = await openTestApp({ LOG_HEALTH_CHECKS }, site)
    const browser = quiet.browse()
    await browser.visit('/healthz')
    await browser.visit('/readyz')
    await site.database
      .$executeRaw`UPDATE "_prisma_migrations" SET "rolled_back_at" = '2026-01-01 00:00:00'`
    await browser.visit('/readyz')
    await site.database.$executeRaw`UPDATE "_prisma_migrations" SET "rolled_back_at" = NULL`
    await browser.visit('/login')

    const answered = quiet.logged.filter(({ msg }) => msg === 'answered')
    expect(answered.map(({ path }) => path)).toEqual(paths)
  })
})
