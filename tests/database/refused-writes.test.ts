import { afterAll, describe, expect, inject, test } from 'vitest'
import { Prisma } from '../../src/database/database.ts'
import { openTestApp } from '../support/app.ts'
import { isLoggedIn, logIn, register, registerAndRemember, userFields } from '../support/users.ts'

const NOTHING_CHANGED = 'Nothing was changed'

describe.runIf(inject('template').engine === 'sqlite')(
  'an SQLite that refuses to write',
  async () => {
    if (inject('template').engine !== 'sqlite') return
    const site = await openTestApp()
    afterAll(site.close)
    const pragma = (sql: string) => site.database.$queryRaw(Prisma.raw(`PRAGMA ${sql}`))

    test('because its disk is full is an outage, and goes on once there is room', async () => {
      const registerMany = async () => {
        for (let made = 0; made < 200; made++) {
          const fields = userFields()
          const answer = await site.browse().submit('/register', fields)
          if (answer.status !== 303) return { answer, fields }
        }
        throw new Error('The disk never was full')
      }
      await pragma('max_page_count = 1')

      const { answer, fields } = await registerMany()
      await pragma('max_page_count = 100000')

      const { username } = fields
      const user = await site.database.user.findFirst({ where: { username } })
      expect(answer.status).toBe(503)
      expect(answer.text.includes(NOTHING_CHANGED)).toBe(user === null)
      expect((await site.browse().submit('/register', userFields())).status).toBe(303)
    })

    test('because it is read-only is an outage, and not ready', async () => {
      const ada = await register(site)
      await pragma('query_only = ON')

      const login = await logIn(site.browse(), ada)
      const ready = await site.browse().visit('/readyz')
      const page = await isLoggedIn(ada.browser)
      await pragma('query_only = OFF')

      expect([login.status, ready.status, page]).toEqual([503, 503, true])
      expect(login.text).toContain(NOTHING_CHANGED)
      expect((await logIn(site.browse(), ada)).status).toBe(303)
      expect((await site.browse().visit('/readyz')).status).toBe(200)
    })

    test('logs this browser out all the same, and claims no more than that', async () => {
      const { browser } = await registerAndRemember(site)
      const copy = site.browse().copyCookies(browser)
      await pragma('query_only = ON')

      const answer = await browser.submit('/logout')
      const isIn = await isLoggedIn(browser)
      await pragma('query_only = OFF')

      expect(answer.status).toBe(503)
      expect(answer.text).not.toMatch(/You are logged out|Nothing was changed/)
      expect([browser.valueOf('session'), browser.valueOf('remember'), isIn]).toEqual([
        undefined,
        undefined,
        false,
      ])
      expect(await isLoggedIn(copy)).toBe(true)
    })
  },
)
