import type { Request } from 'express'
import { afterAll, describe, expect, test } from 'vitest'
import { createLog } from '../../src/runtime/log.ts'
import { createServices } from '../../src/services.ts'
import { loginLimits } from '../../src/throttle/budgets.ts'
import { openTestApp } from '../support/app.ts'
import { doJobs } from '../support/jobs.ts'
import { findUser } from '../support/journeys.ts'
import { roundsOf } from '../support/rounds.ts'
import { logIn, register } from '../support/users.ts'

// Two applications on one database, as two processes behind one proxy.
const BEHIND_PROXY = { THROTTLE: 'on', TRUST_PROXY: '1' }
const site = await openTestApp(BEHIND_PROXY)
const twin = await openTestApp(BEHIND_PROXY, site)
afterAll(site.close)

// What strangers have for one name in an hour, wherever they are. An account has two: user name and email.
const BUDGET = 25

const formatIp = (index: number) => `198.51.${index >> 8}.${index & 255}`

describe('guesses at one account from everywhere', () => {
  test('are evaluated 25 times an hour for each of its two names, by two processes together, and do not lock its owner out', async () => {
    const ada = await register(site)
    const { id: userId } = await findUser(site, ada)
    await ada.browser.submit('/logout')
    const visitor = site.browse()
    const _csrf = await visitor.takeToken('/login')
    const guess = async (index: number) => {
      const browser = (index % 2 ? site : twin).browse().copyCookies(visitor)
      browser.headers['X-Forwarded-For'] = formatIp(index % 100)
      const { username } = ada
      return (await browser.post('/login', { _csrf, username, password: `guess ${index}` })).status
    }

    const statuses: number[] = []
    for (let index = 0; index < 200; index += 5) {
      statuses.push(...(await Promise.all([0, 1, 2, 3, 4].map((more) => guess(index + more)))))
    }

    expect(statuses.filter((status) => status === 422)).toHaveLength(BUDGET)
    expect(statuses.filter((status) => status === 429)).toHaveLength(200 - BUDGET)
    await doJobs(site)
    const where = { userId, kind: 'login-failed' }
    expect(await site.database.securityEvent.findMany({ where })).toMatchObject([{ count: BUDGET }])
    expect((await logIn(visitor, ada)).status).toBe(429)
    expect((await logIn(ada.browser, ada)).status).toBe(303)
  })

  test('are made 25 times for one name, of thousands from a thousand networks', async () => {
    const { username } = await register(site)
    const { now } = site.clock
    const services = createServices({ ...site, clock: now, log: createLog('silent') })
    let made = 0
    const guess = async (index: number) => {
      const req = { ip: formatIp(index % 1_000), headers: {}, get: () => '' } as unknown as Request
      const target = await services.findLoginTarget(req, username)
      const { limits } = loginLimits(target)
      return services.throttle.attempt(limits, async () => {
        made++
        return false
      })
    }

    for (let round = 0; round < roundsOf(100); round++) {
      const hundred = Array.from({ length: 100 }, (_, index) => guess(100 * round + index))
      await Promise.allSettled(hundred)
    }

    expect(made).toBe(BUDGET)
  })
})
