// A process of its own: it brings somebody to the last step of a change, says how the account is then,
// takes the step, and is killed once the mail about it has been written and nothing is settled yet.

import { argv, kill, pid, stdout } from 'node:process'
import { createTestClock } from '../../auth/support/test-clock.ts'
import { Browser } from '../../support/browser.ts'
import { CHANGES, readAccount } from './changes.ts'

// The compiled program: to read its sources would take longer than all that it does here.
const load = (file: string) => import(new URL(`../../../dist/${file}`, import.meta.url).href)
const { createApp }: typeof import('../../../src/app.ts') = await load('app.js')
const { createServices }: typeof import('../../../src/services.ts') = await load('services.js')
const { openDatabase }: typeof import('../../../src/database/database.ts') =
  await load('database/database.js')
const { readEnv }: typeof import('../../../src/settings/environment.ts') =
  await load('settings/environment.js')
const { createLog }: typeof import('../../../src/runtime/log.ts') = await load('runtime/log.js')

const [, , url = '', name] = argv
let isArmed = false
let isWritten = false

const database = await openDatabase(url, {
  onStatement(sql) {
    if (isWritten) kill(pid, 'SIGKILL')
    isWritten = isArmed && /INSERT INTO .*"?OutboxMessage/.test(sql)
  },
})
const read = readEnv({ BCRYPT_COST: '4', THROTTLE: 'off', SESSION_SECRET: 's'.repeat(32) })
const change = CHANGES.find((each) => each.name === name)
if (!read.ok || !change) throw new Error('There is nothing to do')

const { settings } = read
const { now: clock } = createTestClock()
const services = createServices({ database, settings, clock, log: createLog('silent') })
const app = createApp(services)
const browse = () => new Browser(app, clock)
const { username, act } = await change.prepare({ database, services, settings, browse })
stdout.write(JSON.stringify({ username, before: await readAccount(database, username) }))
isArmed = true
await act()
