import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { limitsOf } from '../../src/throttle/budgets.ts'
import { openTestApp } from '../support/app.ts'
import { HASHING_PAGES, type SendForm } from '../support/hashing-pages.ts'
import { findUser, followLink, forgetPassword, newPassword } from '../support/journeys.ts'
import { listSitePages } from '../support/pages.ts'
import { register } from '../support/users.ts'

const site = await openTestApp({
  THROTTLE: 'on',
  FRESH_MINUTES: '60',
  SESSION_IDLE_MINUTES: '60',
  // Each is an account more; throttle.test.ts counts as many as come by default.
  REGISTRATIONS_PER_HOUR: '10',
})
afterAll(site.close)

test('a page that hashes is one of these', () => {
  const paths = listSitePages(site).flatMap(({ path, hashes }) => (hashes ? [path] : []))

  expect(paths.sort()).toEqual(Object.keys(HASHING_PAGES).sort())
})

describe('the budget of', () => {
  beforeEach(() => site.database.attemptCounter.deleteMany())

  test.each([
    ['/login', 10, 15, 422],
    ['/register', 10, 60, 303],
    ['/verify-email', 5, 15, 422],
    ['/reauthenticate', 10, 15, 422],
    ['/account/password', 10, 15, 422],
    ['/account/delete', 10, 15, 422],
  ])(
    '%s is %i hashes in %i minutes; what comes after is answered 429',
    async (path, budget, window, status) => {
      const send = await openPage(path)

      const statuses = await repeat(budget + 1, send)
      site.clock.advance(minutes(window) - 1)
      const atTheEnd = await send()
      site.clock.advance(1)
      const second = await repeat(budget + 1, send)

      expect(statuses).toEqual([...Array(budget).fill(status), 429])
      expect(atTheEnd.status).toBe(429)
      expect(second).toEqual(statuses)
    },
  )

  test('/reset-password is five at once for one account, and a success costs little', async () => {
    const [ada, bob] = [await register(site), await register(site)]
    const { id } = await findUser(site, ada)
    const link = await forgetPassword(site, ada)
    await spendResets(id, 5)

    const refused = await followLink(site.browse(), link, newPassword)
    const other = await followLink(site.browse(), await forgetPassword(site, bob), newPassword)
    site.clock.advance(minutes(15))
    await spendResets(id, 4)
    const passed = await followLink(site.browse(), link, newPassword)

    expect([refused.status, other.status, passed.status]).toEqual([429, 303, 303])
    expect(await spendResets(id, 1)).toEqual([true])
  })
})

function openPage(path: string): Promise<SendForm> {
  const open = HASHING_PAGES[path]
  if (!open) throw new Error(`Nothing is known of ${path}`)
  return open(site)
}

async function repeat(times: number, send: SendForm): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await send()).status)
  return statuses
}

async function spendResets(userId: string, times: number): Promise<boolean[]> {
  const { throttle } = site.services
  const spent: boolean[] = []
  for (let time = 0; time < times; time++) {
    const count = throttle.count(limitsOf('password-of-link', { link: userId }))
    spent.push(
      await count.then(
        () => true,
        () => false,
      ),
    )
  }
  return spent
}
