import { afterAll, afterEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { changeTogether } from '../src/database/change-together.ts'
import { openDatabase } from '../src/database/database.ts'
import { isDatabaseOutage } from '../src/database/outage.ts'
import { openTestApp } from './support/app.ts'
import { layWire } from './support/cut-wire.ts'
import { lockSqliteFile } from './support/locked-file.ts'
import { isLoggedIn, logIn, register, userFields } from './support/users.ts'

const { engine } = inject('template')

const expectOutage = (answer: { status: number; headers: object; text: string }) => {
  expect(answer.status).toBe(503)
  expect(answer.headers).toMatchObject({ 'retry-after': '10', 'x-frame-options': 'DENY' })
  expect(answer.text).toContain('Try again in <strong>10 seconds</strong>')
  expect(answer.text).not.toMatch(/prisma|ECONN|127\.0\.0\.1/i)
}

describe.runIf(engine === 'postgresql')('a database whose server is away', async () => {
  if (engine !== 'postgresql') return
  const near = await openTestApp()
  const wire = await layWire(near.database.url)
  const database = Object.assign(await openDatabase(wire.url), { url: wire.url })
  const site = await openTestApp({}, { ...near, database })
  afterEach(wire.mend)
  afterAll(async () => {
    await database.close()
    await wire.close()
    await near.close()
  })

  test('is told to every visitor who needs it, and to no other', async () => {
    const { browser, ...ada } = await register(site)
    const visitor = site.browse()
    const login = await visitor.takeToken('/login')
    wire.cut()

    const dashboard = await browser.visit('/dashboard')
    const post = await visitor.post('/login', { ...ada, _csrf: login })
    const page = await visitor.visit('/login')
    const ready = await visitor.visit('/readyz')
    const health = await visitor.visit('/healthz')

    expectOutage(dashboard)
    expectOutage(post)
    expectOutage(ready)
    expect([page.status, health.status]).toEqual([200, 200])
  })

  test('logs no one out, and is used again as soon as it is back', async () => {
    const { browser } = await register(site)
    wire.cut()
    await browser.visit('/dashboard')

    wire.mend()

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('is told as that, too, when it ends a connection that has just become ready', async () => {
    const { browser } = await register(site)
    wire.cut()
    await browser.visit('/dashboard')
    wire.mend()
    wire.endWhenReady()

    const change = changeTogether(database, (tables) => tables.user.count())
    await expect(change).rejects.toSatisfy(isDatabaseOutage)
    wire.mend()

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test('is told as that, too, when it hangs and breaks no connection', async () => {
    const hanging = await openDatabase(wire.url, { answerWithin: 500 })
    const hung = await openTestApp(
      {},
      { ...near, database: Object.assign(hanging, { url: wire.url }) },
    )
    const { browser } = await register(hung)
    wire.lose()

    const dashboard = await browser.visit('/dashboard')
    const ready = await hung.browse().visit('/readyz')
    wire.mend()
    await hanging.close()

    expectOutage(dashboard)
    expectOutage(ready)
  })

  /** The application on a database that does something to the wire when it is sent a statement. */
  const openOnWire = async (onStatement: (sql: string) => void) => {
    const database = await openDatabase(wire.url, { answerWithin: 500, onStatement })
    onTestFinished(database.close)
    return openTestApp({}, { ...near, database: Object.assign(database, { url: wire.url }) })
  }

  test('makes no promise when the answer to a commit was lost', async () => {
    const lossy = await openOnWire((sql) => sql === 'COMMIT' && wire.loseAnswers())
    const fields = userFields()

    const answer = await lossy.browse().submit('/register', fields)
    wire.mend()

    const { username } = fields
    expectOutage(answer)
    expect(await near.database.user.count({ where: { username } })).toBe(1)
    expect(answer.text).not.toContain('Nothing was changed')
  })

  test('makes no promise when it goes away after a commit', async () => {
    let commits = 0
    const cutting = await openOnWire((sql) => {
      if (sql === 'BEGIN' && commits === 1) wire.cut()
      if (sql === 'COMMIT') commits++
    })
    const fields = userFields()

    const answer = await cutting.browse().submit('/register', fields)
    wire.mend()

    const { username } = fields
    expectOutage(answer)
    expect(await near.database.user.count({ where: { username } })).toBe(1)
    expect(answer.text).not.toContain('Nothing was changed')
  })

  test('keeps no connection that fell silent in a transaction', async () => {
    let isSilent = true
    const silent = await openOnWire((sql) => {
      if (sql === 'BEGIN' && isSilent) setImmediate(wire.lose)
    })
    const ada = await register(near)

    const lost = await logIn(silent.browse(), ada)
    isSilent = false
    wire.mend()

    expectOutage(lost)
    expect((await logIn(silent.browse(), ada)).status).toBe(303)
  })

  test('leaves nothing half done behind, and says so', async () => {
    const before = await near.database.user.count()
    const browser = site.browse()
    const _csrf = await browser.takeToken('/register')
    wire.cut()

    const answer = await browser.post('/register', { ...userFields(), _csrf })

    expectOutage(answer)
    expect(answer.text).toContain('Nothing was changed')
    expect(await near.database.user.count()).toBe(before)
    expect(browser.valueOf('session')).toBeUndefined()
  })
})

describe.runIf(engine === 'sqlite')('a database file that another process holds', async () => {
  if (engine !== 'sqlite') return
  const near = await openTestApp()
  const { url } = near.database
  const hasty = Object.assign(await openDatabase(url, { answerWithin: 200 }), { url })
  const site = await openTestApp({}, { ...near, database: hasty })
  afterAll(async () => {
    await hasty.close()
    await near.close()
  })

  test('lets people read, says 503 to who would write, and goes on once it is let go', async () => {
    const ada = await register(site)
    const visitor = site.browse()
    const letGo = lockSqliteFile(site.database.url)

    const dashboard = await ada.browser.visit('/dashboard')
    const login = await logIn(visitor, ada)
    letGo()
    const again = await logIn(visitor, ada)

    expect(dashboard.status).toBe(200)
    expectOutage(login)
    expect(again.status).toBe(303)
  })
})
