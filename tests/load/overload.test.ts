import { setTimeout } from 'node:timers/promises'
import type { Response } from 'supertest'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { minutes } from '../../src/durations.ts'
import { listSecurityHeaders } from '../../src/http/security-headers.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { HASHING_PAGES } from '../support/hashing-pages.ts'
import { doJobs } from '../support/jobs.ts'
import { openServedApp } from '../support/served-app.ts'
import { logIn, type Person, register } from '../support/users.ts'

// Dear enough that a crowd is there before the first of them is done.
const BCRYPT_COST = '10'
const CROWD = 45

const site = await openServedApp({ BCRYPT_COST })
afterAll(site.close)

/** Everyone in the crowd tries another name, unless one is given. */
async function crowdIn(at: TestApp, username?: string): Promise<Promise<Response>[]> {
  const browser = at.browse()
  const _csrf = await browser.takeToken('/login')
  const password = 'a wrong one'
  return Array.from({ length: CROWD }, (_, index) =>
    browser.post('/login', { username: username ?? `unknown-${index}`, password, _csrf }),
  )
}

describe('a crowd that logs in at once', () => {
  test('is let in as far as the queue goes; the others are told when to come back, and cost no hash', async () => {
    const { username } = await register(site)

    const answers = await Promise.all(await crowdIn(site, username))

    const refused = answers.filter(({ status }) => status === 503)
    const hashed = answers.filter(({ status }) => status === 422)
    await doJobs(site)
    const [event] = await site.database.securityEvent.findMany({ where: { kind: 'login-failed' } })
    expect(refused.length).toBeGreaterThan(0)
    expect(hashed.length).toBe(CROWD - refused.length)
    expect(event?.count).toBe(hashed.length)
    for (const { headers, text } of refused) {
      expect(headers).toMatchObject({ ...listSecurityHeaders('off'), 'retry-after': '5' })
      expect(text).toContain('Try again in <strong>5 seconds</strong>')
    }
  })

  test('keeps no other request waiting: pages, files and health checks are answered before it is done', async () => {
    let isDone = false
    const crowd = Promise.all(await crowdIn(site)).then(() => {
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

  test('is refused on every page that hashes, before the database is asked who is visiting', async () => {
    // So dear that the queue stays full.
    const full = await openServedApp({ BCRYPT_COST: '14' })
    onTestFinished(full.close)
    const quick = await openTestApp({}, full)
    const { browser } = await register(quick)
    const crowd = await crowdIn(full)
    await firstRefusal(crowd)
    const letGo = await holdDatabase(full)

    const visitor = full.browse().copyCookies(browser)
    const answers = await Promise.all(Object.keys(HASHING_PAGES).map((path) => visitor.post(path)))
    await letGo()

    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(503))
    for (const { headers } of answers) expect(headers['retry-after']).toBe('5')
    full.server.closeAllConnections()
    await Promise.allSettled(crowd)
  })
})

describe('forty connections that log in with one right password, over and over', () => {
  test.each([
    ['the same network', '192.0.2.1'],
    ['another network', '198.51.100.1'],
  ])('do not keep another user out who is in %s', async (_, ip) => {
    const { crowded, browseFrom, enter } = await openCrowdedSite()
    const [mallory, ada] = [await register(crowded), await register(crowded)]
    const forty = Array.from({ length: 40 }, () =>
      enter(browseFrom('192.0.2.1'), mallory, ['device']),
    )
    const leave = await Promise.all(forty)
    await waitForLine(crowded)

    const statuses: number[] = []
    while (statuses.at(-1) !== 303 && statuses.length < 4) {
      statuses.push((await logIn(browseFrom(ip), ada)).status)
    }
    await Promise.all(leave.map((stop) => stop()))

    expect(statuses.at(-1)).toBe(303)
  })

  test('log in a hundred times in 15 minutes', async () => {
    const { crowded, browseFrom } = await openCrowdedSite({ BCRYPT_COST: '4' })
    const mallory = await register(crowded)
    const browser = browseFrom('192.0.2.1')
    const _csrf = await browser.takeToken('/login')
    const { username, password } = mallory

    const statuses: number[] = []
    for (let time = 0; time < 101; time++) {
      const fresh = crowded.browse().copyCookies(browser)
      fresh.headers['X-Forwarded-For'] = '192.0.2.1'
      statuses.push((await fresh.post('/login', { _csrf, username, password })).status)
    }

    expect(statuses).toEqual([...Array(100).fill(303), 429])
  })
})

describe('a network with many accounts', () => {
  test('does not keep another network out', async () => {
    const { crowded, browseFrom, enter } = await openCrowdedSite()
    const ada = await register(crowded)
    const users: Person[] = []
    for (let user = 0; user < 8; user++) users.push(await register(crowded))
    const tabs = [...users, ...users, ...users]
    const browser = browseFrom('198.51.100.1')
    const _csrf = await browser.takeToken('/login')
    const leave = await Promise.all(tabs.map((user) => enter(browseFrom('192.0.2.1'), user)))
    await waitForLine(crowded)

    const { username, password } = ada
    const answer = await browser.post('/login', { _csrf, username, password })
    await Promise.all(leave.map((stop) => stop()))

    expect(answer.status).toBe(303)
  })
})

async function openCrowdedSite(variables = {}) {
  const crowded = await openServedApp({
    BCRYPT_COST,
    THROTTLE: 'on',
    TRUST_PROXY: '1',
    ...variables,
  })
  onTestFinished(crowded.close)
  let registering = 0
  const browseFrom = (ip: string) => {
    const browser = crowded.browse()
    browser.headers['X-Forwarded-For'] = ip
    return browser
  }
  return {
    crowded: { ...crowded, browse: () => browseFrom(`203.0.113.${++registering}`) },
    browseFrom,
    enter,
  }
}

/** Waits until others wait. */
function waitForLine({ services: { hashQueue } }: TestApp) {
  return vi.waitFor(() => expect(hashQueue.load.waiting).toBeGreaterThan(1), minutes(1))
}

/** Logs in over and over, and comes again 20 ms after every answer with these cookies. Returns how to end it. */
async function enter(browser: Browser, { username, password }: Person, kept: string[] = []) {
  const _csrf = await browser.takeToken('/login')
  const first = new Map(browser.cookies)
  let isOver = false
  const run = async () => {
    while (!isOver) {
      await browser.post('/login', { _csrf, username, password })
      const device = browser.cookies.get('device')
      browser.cookies.clear()
      for (const [name, cookie] of first) browser.cookies.set(name, cookie)
      if (device && kept.includes('device')) browser.cookies.set('device', device)
      await setTimeout(20)
    }
  }
  const running = run()
  return () => {
    isOver = true
    return running
  }
}

function firstRefusal(answers: Promise<Response>[]): Promise<unknown> {
  const refusals = answers.map(async (answer) => {
    if ((await answer).status !== 503) throw new Error('not refused')
  })
  return Promise.any(refusals)
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
