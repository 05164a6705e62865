import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { register } from '../support/users.ts'
import { openPlace } from './support/server.ts'

const place = await openPlace()
afterAll(place.leave)

describe('a trace of what is built names the sources', () => {
  test.runIf(inject('template').engine === 'sqlite')('in the log of the server', async () => {
    const server = await place.start()
    const { browser } = await register(server)
    const database = new Database(join(place.folder, 'data/app.db'))
    database.exec('ALTER TABLE "SecurityEvent" RENAME TO "Gone"')
    database.close()

    const { status } = await browser.visit('/account/activity')
    await server.end('SIGTERM')

    const line = server.log.find(({ msg }) => msg === 'unexpected error')
    expect([status, JSON.stringify(line)]).toEqual([
      500,
      expect.stringMatching(/\/src\/accounts\/activity\.ts:\d+:\d+/),
    ])
  })

  test.each(['user', 'import-users'])('where %s fails', (command) => {
    const failing = 'data:text/javascript,process.argv.slice=()=>{throw Error("none")}'
    const program = join(place.folder, `dist/operator/${command}.js`)

    const { stderr } = spawnSync(process.execPath, ['--import', failing, program], {
      encoding: 'utf8',
    })

    expect(stderr).toMatch(new RegExp(`/src/operator/${command}\\.ts:\\d+:\\d+`))
  })
})
