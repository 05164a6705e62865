import { Client } from 'pg'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { Prisma } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { openTestApp } from '../support/app.ts'
import { isLoggedIn, logIn, register, userFields } from '../support/users.ts'

describe.runIf(inject('template').engine === 'postgresql')(
  'a PostgreSQL that refuses',
  async () => {
    if (inject('template').engine !== 'postgresql') return
    const site = await openTestApp()
    afterAll(site.close)
    const name = new URL(site.database.url).pathname.slice(1)

    const connect = async () => {
      const client = new Client(site.database.url)
      await client.connect()
      // What the database has as its default is not for this one.
      await client.query('SET default_transaction_read_only = off')
      return client
    }

    const run = async (sql: string) => {
      const client = await connect()
      await client.query(sql).finally(() => client.end())
    }

    /** Gives the database a default, for new connections only: those of the site are ended. */
    const setDefault = async (setting: string) => {
      await run(`ALTER DATABASE ${name} ${setting}`)
      await run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
      )
      // The pool hears of it a moment later.
      await site.database.$queryRaw`SELECT 1`.catch(() => {})
    }

    const withDefault = async (setting: string) => {
      await setDefault(`SET ${setting}`)
      return () => setDefault(`RESET ${setting.split(' ')[0]}`)
    }

    /** Keeps everyone from writing sessions, as a migration or a backup would. */
    const lockTables = async () => {
      const client = await connect()
      await client.query('BEGIN; LOCK TABLE "Session", "SecurityEvent" IN SHARE MODE')
      return () => client.end()
    }

    test('because it is read-only is an outage, is not ready, and recovers', async () => {
      const ada = await register(site)
      const reset = await withDefault('default_transaction_read_only = on')

      const login = await logIn(site.browse(), ada)
      const ready = await site.browse().visit('/readyz')
      const page = await isLoggedIn(ada.browser)
      await reset()

      expect([login.status, ready.status, page]).toEqual([503, 503, true])
      expect(login.text).toContain('Nothing was changed')
      expect((await logIn(site.browse(), ada)).status).toBe(303)
      expect((await site.browse().visit('/readyz')).status).toBe(200)
    })

    test.each(['lock_timeout', 'statement_timeout'])(
      'because of its %s is an outage, is ready all the same, and recovers',
      async (setting) => {
        const ada = await register(site)
        const reset = await withDefault(`${setting} = '200ms'`)
        const unlock = await lockTables()

        const login = await logIn(site.browse(), ada)
        const ready = await site.browse().visit('/readyz')
        await unlock()
        const again = await logIn(site.browse(), ada)
        await reset()

        expect([login.status, ready.status, again.status]).toEqual([503, 200, 303])
      },
    )

    test('because a transaction took too long between two statements is an outage, and recovers', async () => {
      const reset = await withDefault(`idle_in_transaction_session_timeout = '1ms'`)
      const answers = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const fields = userFields()
          return { answer: await site.browse().submit('/register', fields), fields }
        }),
      )
      await reset()

      const refused = answers.filter(({ answer }) => answer.status !== 303)
      expect(refused.map(({ answer }) => answer.status)).toContain(503)
      expect(new Set(refused.map(({ answer }) => answer.status))).toEqual(new Set([503]))
      for (const { answer, fields } of refused) {
        const where = { username: fields.username }
        const isMade = (await site.database.user.count({ where })) > 0
        if (answer.text.includes('Nothing was changed')) expect(isMade).toBe(false)
      }
      expect((await site.browse().submit('/register', userFields())).status).toBe(303)
    })
  },
)

describe.runIf(inject('template').engine === 'postgresql')(
  'a PostgreSQL with defaults of its own',
  () => {
    test.each([
      ["datestyle = 'German, DMY'", 'datestyle', 'ISO'],
      [
        "default_transaction_isolation = 'serializable'",
        'default_transaction_isolation',
        'read committed',
      ],
      ["timezone = 'Asia/Tokyo'", 'timezone', 'UTC'],
      ["search_path = 'pg_catalog'", 'search_path', 'public'],
    ])('is used all the same: %s', async (setting, name, value) => {
      const site = await openTestApp()
      onTestFinished(site.close)
      const client = new Client(site.database.url)
      await client.connect()
      const database = new URL(site.database.url).pathname.slice(1)
      await client.query(`ALTER DATABASE ${database} SET ${setting}`)
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid()`,
      )
      await client.end()
      await site.database.$queryRaw`SELECT 1`.catch(() => {})

      // As at each start.
      expect(await migrateDatabase(site.database.url)).toEqual({ applied: [] })
      const ada = await register(site)
      const rows = await site.database.$queryRaw<object[]>(Prisma.raw(`SHOW ${name}`))

      expect(await isLoggedIn(ada.browser)).toBe(true)
      expect(Object.values(rows[0] ?? {})).toEqual([expect.stringContaining(value)])
    })
  },
)
