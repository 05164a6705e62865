import { setTimeout } from 'node:timers/promises'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { openDatabase } from '../../src/database/database.ts'
import { isDatabaseOutage } from '../../src/database/outage.ts'
import { seconds } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { lockSqliteFile } from '../support/locked-file.ts'
import { userRow } from '../support/rows.ts'
import { logIn, register } from '../support/users.ts'

/** Watches the event loop until it is asked for its longest pause and the time of watching. */
const watchLoop = () => {
  const start = performance.now()
  let [last, longest] = [start, 0]
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 5)
  return () => {
    clearInterval(timer)
    const now = performance.now()
    return { longest: Math.max(longest, now - last), watched: now - start }
  }
}

describe.runIf(inject('template').engine === 'sqlite')(
  'an SQLite file locked by another',
  async () => {
    if (inject('template').engine !== 'sqlite') return
    const site = await openTestApp()
    afterAll(site.close)

    /** The same database, through a connection that soon gives up waiting. */
    const openHasty = async (answerWithin: number) => {
      const { url } = site.database
      const hasty = Object.assign(await openDatabase(url, { answerWithin }), { url })
      onTestFinished(hasty.close)
      return hasty
    }

    test('stops no request but those that write', async () => {
      const ada = await register(site)
      const hasty = await openTestApp({}, { ...site, database: await openHasty(seconds(2)) })
      const browsers = [hasty.browse(), hasty.browse()]
      const letGo = lockSqliteFile(site.database.url)
      const endWatch = watchLoop()
      const logins = Promise.all(browsers.map((browser) => logIn(browser, ada)))
      let healthy = 0
      const asking = (async () => {
        for (let isOver = false; !isOver; await setTimeout(50)) {
          if ((await hasty.browse().visit('/healthz')).status === 200) healthy++
          isOver = await Promise.race([logins.then(() => true), setTimeout(0, false)])
        }
      })()

      const answers = await logins
      const { longest, watched } = endWatch()
      await asking
      letGo()

      expect(answers.map(({ status }) => status)).toEqual([503, 503])
      expect(longest).toBeLessThan(watched / 4)
      expect(healthy).toBeGreaterThan(8)
    })

    test('is waited for, and written to as soon as it is let go', async () => {
      const ada = await register(site)
      const letGo = lockSqliteFile(site.database.url)
      const order: string[] = []

      const login = logIn(site.browse(), ada).then(({ status }) => order.push(String(status)))
      const plain = site.database.user.create({ data: userRow() }).then(() => order.push('plain'))
      await setTimeout(500)
      order.push('let go')
      letGo()
      await Promise.all([login, plain])

      expect(order[0]).toBe('let go')
      expect(order.slice(1).sort()).toEqual(['303', 'plain'])
    })

    test('is read meanwhile', async () => {
      const ada = await register(site)
      const letGo = lockSqliteFile(site.database.url)
      const order: string[] = []

      const writing = changeTogether(site.database, (tables) =>
        tables.user.create({ data: userRow() }),
      ).then(() => order.push('written'))
      const dashboard = await ada.browser.visit('/dashboard')
      order.push('read')
      letGo()
      await writing

      expect(dashboard.status).toBe(200)
      expect(order).toEqual(['read', 'written'])
    })

    test('is an outage for a lone statement as for a transaction', async () => {
      const hasty = await openHasty(200)
      const letGo = lockSqliteFile(hasty.url)
      const row = userRow()

      const failures = await Promise.all([
        hasty.user.create({ data: row }).catch((error: unknown) => error),
        changeTogether(hasty, (tables) => tables.user.create({ data: row })).catch(
          (error: unknown) => error,
        ),
      ])
      letGo()

      expect(failures.map(isDatabaseOutage)).toEqual([true, true])
      expect(await site.database.user.findUnique({ where: { id: row.id } })).toBeNull()
    })

    test('is waited for when it is opened, and the loop goes on', async () => {
      const { url, drop } = await createEmptyDatabase()
      onTestFinished(drop)
      const other = new BetterSqlite3(url.slice('file:'.length))
      other.exec('CREATE TABLE "Note" ("id" INTEGER); BEGIN EXCLUSIVE')
      const order: string[] = []

      const opening = openDatabase(url).then((database) => {
        order.push('opened')
        return database
      })
      await setTimeout(200)
      order.push('let go')
      other.close()
      await (await opening).close()

      expect(order).toEqual(['let go', 'opened'])
    })
  },
)
