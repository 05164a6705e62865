import { copyFileSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { isDatabaseOutage } from '../../src/database/outage.ts'
import { openTestApp } from '../support/app.ts'
import { userRow } from '../support/rows.ts'
import { isLoggedIn, register, userFields } from '../support/users.ts'

const openSite = async () => {
  const site = await openTestApp()
  onTestFinished(site.close)
  return { site, file: site.database.url.slice('file:'.length) }
}

const losses: [string, (file: string) => void][] = [
  ['deleted', (file) => ['', '-wal', '-shm'].forEach((end) => void rmSync(file + end))],
  ['moved away', (file) => renameSync(file, `${file}.old`)],
  [
    'replaced by a backup',
    (file) => {
      copyFileSync(file, `${file}.new`)
      renameSync(`${file}.new`, file)
    },
  ],
  ['emptied', (file) => truncateSync(file)],
  ['left without the changes next to it', (file) => rmSync(`${file}-wal`)],
]

describe.runIf(inject('template').engine === 'sqlite')(
  'an SQLite file under a running server',
  () => {
    test.each(losses)('takes no registration and is not ready once it was %s', async (_, lose) => {
      const { site, file } = await openSite()
      const ada = await register(site)
      lose(file)
      const isThere = existsSync(file)

      const answer = await site.browse().submit('/register', userFields())
      const ready = await site.browse().visit('/readyz')
      const health = await site.browse().visit('/healthz')

      expect([answer.status, ready.status, health.status]).toEqual([503, 503, 200])
      expect(await isLoggedIn(ada.browser)).toBe(false)
      expect(existsSync(file)).toBe(isThere)
      expect(JSON.stringify(site.logged)).toContain('was deleted, emptied or replaced')
    })

    test('undoes the change under way when it is lost before the commit', async () => {
      const { site, file } = await openSite()
      const row = userRow()

      const failure = await changeTogether(site.database, async (tables) => {
        await tables.user.create({ data: row })
        renameSync(file, `${file}.old`)
      }).catch((error: unknown) => error)
      renameSync(`${file}.old`, file)

      expect(isDatabaseOutage(failure)).toBe(true)
      expect(await site.database.user.findUnique({ where: { id: row.id } })).toBeNull()
    })

    test('is used again when it is put back', async () => {
      const { site, file } = await openSite()
      const ada = await register(site)
      renameSync(file, `${file}.old`)
      const lost = await isLoggedIn(ada.browser)
      renameSync(`${file}.old`, file)

      expect([lost, await isLoggedIn(ada.browser)]).toEqual([false, true])
      expect((await site.browse().visit('/readyz')).status).toBe(200)
      expect((await site.browse().submit('/register', userFields())).status).toBe(303)
    })
  },
)
