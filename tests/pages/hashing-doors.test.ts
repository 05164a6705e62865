import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hashesAtOnce } from '../../src/accounts/hash-queue.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import { minutes } from '../../src/durations.ts'
import { createAttemptCounters } from '../../src/throttle/counters.ts'
import { createThrottle } from '../../src/throttle/throttle.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { HASHING_DOORS, type Knock } from '../support/hashing-doors.ts'
import { findUser, followLink, forgetPassword, newPassword } from '../support/journeys.ts'
import { openServedApp } from '../support/served-app.ts'
import { readSourceFiles } from '../support/source-files.ts'
import { register } from '../support/users.ts'

const guarded = await openTestApp({
  THROTTLE: 'on',
  FRESH_MINUTES: '60',
  SESSION_IDLE_MINUTES: '60',
})
afterAll(guarded.close)

const doors = Object.entries(HASHING_DOORS)

// The hash gate works and holds so many.
const INSIDE = 9 * hashesAtOnce()

describe('a page that hashes', () => {
  test('is one of these', () => {
    const hashing = /\b(authenticate|registerUser|resetPassword|verifyOwnPassword|changePassword)\(/
    const pages = readSourceFiles().filter(
      ({ room, text }) => room === 'pages' && hashing.test(text),
    )

    const paths = pages.map(({ path }) => path.replace(/^pages(.*)\.ts$/, '$1'))

    expect(paths.sort()).toEqual(Object.keys(HASHING_DOORS).sort())
  })

  test('reaches its hash by nothing but those functions', () => {
    const files = readSourceFiles().filter(({ text }) => /passwords\.(hash|verify)\(/.test(text))

    expect(files.map(({ path }) => path).sort()).toEqual([
      // What an operator types.
      'accounts/operations.ts',
      'accounts/passwords.ts',
      'accounts/registration.ts',
      'accounts/users.ts',
      'accounts/verification.ts',
    ])
  })

  test('answers 503 at once while as many are inside as can be answered, and asks the database nothing', async () => {
    const site = await openServedApp()
    onTestFinished(site.close)
    const knocks = await Promise.all(doors.map(([, open]) => open(site)))
    const letGo = await fillDoor(site)

    site.statements.length = 0
    const answers = await Promise.all(knocks.map((knock) => knock()))
    const asked = [...site.statements]
    await letGo()

    expect(answers.map(({ status }) => status)).toEqual(doors.map(() => 503))
    for (const { headers } of answers) expect(headers['retry-after']).toBe('5')
    expect(asked).toEqual([])
    const later = await Promise.all(knocks.map((knock) => knock()))
    expect(later.map(({ status }) => status).sort()).toEqual([303, 303, 422, 422, 422, 422])
  })
})

describe('the budget of', () => {
  beforeEach(() => guarded.database.attemptCounter.deleteMany())

  test.each([
    ['/login', 10, 15, 422],
    ['/register', 20, 60, 303],
    ['/reauthenticate', 10, 15, 422],
    ['/account/password', 10, 15, 422],
    ['/account/delete', 10, 15, 422],
  ])(
    '%s is %i hashes in %i minutes; what comes after is answered 429',
    async (path, budget, window, status) => {
      const knock = await openDoor(path)

      const statuses = await repeat(budget + 1, knock)
      guarded.clock.advance(minutes(window) - 1)
      const atTheEnd = await knock()
      guarded.clock.advance(1)
      const second = await repeat(budget + 1, knock)

      expect(statuses).toEqual([...Array(budget).fill(status), 429])
      expect(atTheEnd.status).toBe(429)
      expect(second).toEqual(statuses)
    },
  )

  test('/reset-password is five at once for one account, and a success costs nothing', async () => {
    const [ada, bob] = [await register(guarded), await register(guarded)]
    const { id } = await findUser(guarded, ada)
    const link = await forgetPassword(guarded, ada)
    await spendResets(id, 5)

    const refused = await followLink(guarded.browse(), link, newPassword)
    const other = await followLink(
      guarded.browse(),
      await forgetPassword(guarded, bob),
      newPassword,
    )
    guarded.clock.advance(minutes(15))
    await spendResets(id, 4)
    const passed = await followLink(guarded.browse(), link, newPassword)

    expect([refused.status, other.status, passed.status]).toEqual([429, 303, 303])
    expect(await spendResets(id, 1)).toEqual([true])
  })

  test.each(['/reauthenticate', '/account/delete'])(
    '%s is given back what a right password took',
    async (path) => {
      const { browser, username, password } = await register(guarded)

      const answer = await browser.submit(path, { username, password })

      expect(answer.status).toBe(303)
      const counters = await guarded.database.attemptCounter.findMany()
      // Two others have counted the registration.
      expect(counters.map(({ attempts }) => attempts).sort()).toEqual([0, 1, 1])
    },
  )

  test('somebody who is logged in is the same on every page that asks for the password, in however many browsers', async () => {
    const ada = await register(guarded)
    const browsers = [ada.browser, await logInElsewhere(guarded, ada)]
    const { username } = ada
    const paths = ['/reauthenticate', '/account/password', '/account/delete']
    const guess = {
      username,
      current: 'wrong',
      password: 'a wrong one, and new',
      confirm: 'a wrong one, and new',
    }

    const statuses: number[] = []
    for (let time = 0; time < 12; time++) {
      const [path = '', browser] = [paths[time % 3], browsers[time % 2]]
      statuses.push((await browser?.submit(path, guess))?.status ?? 0)
    }

    expect(statuses).toEqual([...Array(10).fill(422), 429, 429])
  })
})

/** Sends as many as may be inside, and holds the database so that none of them gets on. */
async function fillDoor(site: TestApp): Promise<() => Promise<void>> {
  const browser = site.browse()
  const _csrf = await browser.takeToken('/login')
  const release = await holdDatabase(site)
  const guess = () => browser.post('/login', { _csrf, username: 'nobody', password: 'wrong' })
  const crowd = Array.from({ length: INSIDE + 1 }, guess)
  // The one too many is the first to be answered.
  await Promise.race(crowd)
  return async () => {
    await release()
    await Promise.all(crowd)
  }
}

async function holdDatabase({ database }: TestApp): Promise<() => Promise<void>> {
  let letGo = () => {}
  const end = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let holding = Promise.resolve()
  await new Promise<void>((begun) => {
    holding = changeTogether(database, async (tables) => {
      if (database.engine === 'postgresql') await tables.$executeRaw`LOCK TABLE "User"`
      begun()
      await end
    })
  })
  return () => {
    letGo()
    return holding
  }
}

function openDoor(path: string): Promise<Knock> {
  const open = HASHING_DOORS[path]
  if (!open) throw new Error(`Nothing is known of ${path}`)
  return open(guarded)
}

async function repeat(times: number, knock: Knock): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) statuses.push((await knock()).status)
  return statuses
}

async function spendResets(userId: string, times: number): Promise<boolean[]> {
  const throttle = createThrottle(createAttemptCounters(guarded.database), guarded.clock.now, true)
  const spent: boolean[] = []
  for (let time = 0; time < times; time++) {
    spent.push((await throttle([{ budget: 'resets-of-account', key: userId }])).ok)
  }
  return spent
}
