import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { listActivity } from '../../src/accounts/activity.ts'
import { findEvents } from '../../src/accounts/export.ts'
import { Prisma } from '../../src/database/database.ts'
import { listDevices } from '../../src/sessions/device-list.ts'
import { findUserAndDevice } from '../../src/sessions/devices.ts'
import { createRememberStore } from '../../src/sessions/remember-store.ts'
import { findSession } from '../../src/sessions/session-rows.ts'
import { findFull } from '../../src/throttle/counters.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { sweep } from '../support/sweep.ts'

const statements: string[] = []
const database = await openTestDatabase({ onStatement: (sql) => void statements.push(sql) })
afterAll(database.close)

const now = new Date('2026-01-01T00:00:00Z')

const attempts = ['first', 'second'].map((key) => ({ key, cost: 1, most: 1, at: now, endsAt: now }))

const accounts = { database, clock: () => now } as never

const EVENTS_IN_ORDER = /SecurityEvent_userId_at_id_idx[\s\S]*(\(at,id\)<\(|ROW\(at, id\) < ROW)/

/** What is asked, and an index that the answer has to come by. */
const queries: [string, RegExp, () => Promise<unknown>][] = [
  ['a session with its user', pkey('Session'), () => findSession(database, 'id', now)],
  ['a series', pkey('RememberSeries'), () => createRememberStore(database).find('id', now)],
  [
    'whom a login means',
    /User_usernameKey_key/,
    () => findUserAndDevice(database, 'ada', ['token']),
  ],
  ['devices', /Device_userId_tokenHash_idx/, () => listDevices(accounts, userRow(), null)],
  ['activity', EVENTS_IN_ORDER, () => listActivity(database, 'id', { most: 50 })],
  [
    'older activity of one group, also of one moment',
    EVENTS_IN_ORDER,
    () =>
      listActivity(database, 'id', { most: 50, group: 'login', before: { at: now, id: 'last' } }),
  ],
  [
    'the next events of an export, also of those of one moment',
    /SecurityEvent_userId_at_id_idx[\s\S]*(\(at,id\)>\(|ROW\(at, id\) > ROW)/,
    () => findEvents(database, 'id', { at: now, id: 'last' }),
  ],
  ['attempts that were all made', pkey('AttemptCounter'), () => findFull(database, attempts)],
  ['what has expired', /Session_expiresAt_idx/, () => sweep(database, now)],
  ['devices long unseen', /Device_lastSeenAt_idx/, () => sweep(database, now)],
]

function pkey(table: string): RegExp {
  return new RegExp(`sqlite_autoindex_${table}_1|${table}_pkey`)
}

describe('an index finds', () => {
  test.each(queries)('%s', async (_, index, run) => {
    statements.length = 0
    await run()

    const explain = database.engine === 'sqlite' ? explainOnSqlite : explainOnPostgresql
    const plans = await Promise.all([...statements].map(explain))

    expect(plans.join('\n')).toMatch(index)
    for (const plan of plans) expect(plan).not.toMatch(READS_A_WHOLE_TABLE)
  })
})

// What SQLite calls ended, batch and r are results of a query before, not tables.
const READS_A_WHOLE_TABLE = /Seq Scan|SCAN (?!ended|batch|r LEFT-JOIN)/

async function explainOnSqlite(sql: string): Promise<string> {
  const filled = sql.replaceAll(/\?\d*/g, '1')
  const rows = await database.$queryRaw<Plan[]>(Prisma.raw(`EXPLAIN QUERY PLAN ${filled}`))
  return rows.map(({ detail }) => detail).join('\n')
}

type Plan = { detail: string }

// Empty tables are read whole, whatever indexes there are: that way is made dear. And it is the plan
// for any parameters that is asked for: PostgreSQL sees through a NULL.
async function explainOnPostgresql(sql: string): Promise<string> {
  const client = new Client(database.url)
  await client.connect()
  const count = new Set(sql.match(/\$\d+/g)).size
  const nulls = count === 0 ? '' : `(${Array(count).fill('NULL')})`
  await client.query('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan')
  await client.query(`PREPARE asked AS ${sql}`)
  const { rows } = await client.query(`EXPLAIN EXECUTE asked${nulls}`)
  await client.end()
  return rows.map((row) => Object.values(row)).join('\n')
}
