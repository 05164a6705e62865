import { afterAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createServices } from '../../src/services.ts'
import { createTestClock } from '../auth/support/test-clock.ts'
import { readSettings } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { openTestDatabase } from '../support/database.ts'
import { BOTH, CHANGES, NEITHER, readAccount, readTrace } from './support/changes.ts'

/** How many statements from now on still run; the next one fails, once. */
let left = Number.POSITIVE_INFINITY

const database = await openTestDatabase({
  onStatement() {
    if (left-- === 0) throw new Error('The wire is cut')
  },
})
afterAll(database.close)

const settings = readSettings()
const { now: clock } = createTestClock()
const services = createServices({ database, settings, clock, log: createLog('silent') })
const app = createApp(services)
const browse = () => new Browser(app, clock)

describe.each(CHANGES)('$name', (change) => {
  test('is made with its event and its mail or not at all, whichever statement fails', async () => {
    const { username, act } = await change.prepare({ database, services, settings, browse })
    const before = await readAccount(database, username)
    const traces = []

    for (let count = 0; traces.at(-1)?.isChanged !== true && count < 50; count++) {
      left = count
      await act()
      left = Number.POSITIVE_INFINITY
      traces.push(await readTrace(database, username, change, before))
    }

    // BEGIN, the change, the event, the mail, COMMIT.
    expect(traces.length).toBeGreaterThan(5)
    expect(traces.slice(0, -1)).toEqual(Array(traces.length - 1).fill(NEITHER))
    expect(traces.at(-1)).toEqual(BOTH)
  })
})
