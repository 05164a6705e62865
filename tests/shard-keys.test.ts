import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { days } from '../src/durations.ts'
import { openTestApp } from './support/app.ts'
import { doJobs } from './support/jobs.ts'
import {
  askForNewEmail,
  deleteAccount,
  followLink,
  forgetPassword,
  newPassword,
} from './support/journeys.ts'
import { sweep } from './support/sweep.ts'
import { logIn, registerAndRemember, userFields } from './support/users.ts'

// What docs/scale.md says of a database that is spread by user: which statements go to one shard, and which do not.

const site = await openTestApp({ THROTTLE: 'on' })
afterAll(site.close)

const PAGES = [
  '/dashboard',
  '/account',
  '/account/activity',
  '/account/devices',
  '/notes',
  '/readyz',
]

let statements: string[] = []

beforeAll(async () => {
  const ada = await registerAndRemember(site)
  const { browser } = ada
  await logIn(site.browse(), { ...ada, password: 'wrong' })
  await doJobs(site)
  await site.services.mail.sender.sendDue()
  browser.restart()
  for (const path of PAGES) await browser.visit(path)
  await browser.submit('/reauthenticate', { password: ada.password })
  await browser.submit('/notes/new', { title: 'a', body: 'b' })
  await browser.submit('/account', { name: 'Ada' })
  await followLink(browser, await askForNewEmail(site, ada, 'new@example.org'))
  await browser.submit('/account/devices', {}, '/account/devices/revoke-others')
  await browser.submit('/account', {}, '/account/export')
  await browser.submit('/account/password', { current: ada.password, ...newPassword })
  const moved = { ...ada, email: 'new@example.org' }
  await followLink(browser, await forgetPassword(site, moved), newPassword)
  await logIn(browser, { ...moved, ...newPassword })
  const verified = await openTestApp({ REGISTRATION: 'verified' }, site)
  await verified.browse().submit('/register', userFields())
  await doJobs(verified)
  await deleteAccount(site, { ...moved, ...newPassword })
  await browser.submit('/logout')
  await sweep(site.database, new Date(site.clock.now().getTime() + days(400)))
  const all = site.statements.map((sql) =>
    sql.replace(/["`]/g, '').replace(/\s+/g, ' ').replaceAll(', ', ',').trim(),
  )
  statements = [...new Set(all.map((sql) => sql.replace(/\b(public|main)\./g, '')))]
})

/** By the user that the statement is given, the column that the tables are spread by. */
const BY_USER = [
  /^INSERT INTO \w+ \((?:[\w,]*,)?userId\b/,
  /^INSERT INTO User \(id,/,
  /\buserId = [$?]/,
  /\bUser\.id (= [$?]|IN \([$?]\d*\))/,
]

/** The others, each with the key that it is spread by instead, or why it may ask every shard. */
const OTHERS: [string, RegExp][] = [
  ['none: no table', /^(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE)\b/],
  ['none: kept whole on every node', /_prisma_migrations/],
  [
    'by its key: attempts count for networks and names too',
    /^(SELECT .*FROM|INSERT INTO|UPDATE) AttemptCounter\b/,
  ],
  [
    'by name or email: a login knows no user yet',
    /\b(usernameKey|emailKey) = [$?]|^INSERT INTO PendingRegistration/,
  ],
  [
    'by the id of the session: its cookie knows no more',
    /\bidHash = [$?]|^INSERT INTO Session \(idHash/,
  ],
  ['by the id of the series: its cookie knows no more', /\b(r|RememberSeries)\.id = [$?]/],
  ['by the id of the device: it is the session’s', /\b(Device\.id|deviceId) = [$?]/],
  [
    'by the id of the link: an email knows no more',
    /\b(EmailLink|PendingRegistration)\.id (= [$?]|IN \([$?])/,
  ],
  ['by the id of the message: the mail worker has it', /\bOutboxMessage\.id = [$?]/],
  [
    'every shard: the mail worker, once a second',
    /FROM OutboxMessage WHERE .*(sentAt|template|recipient)/,
  ],
  ['every shard: the sweeper', /^(DELETE FROM|UPDATE) \w+ .*(<= [$?]|ended)/],
  ['every shard: the sweeper', /FROM User WHERE User\.deletionDueAt <= [$?]/],
]

function findKey(sql: string): string | null {
  if (BY_USER.some((pattern) => pattern.test(sql))) return 'user'
  return OTHERS.find(([, pattern]) => pattern.test(sql))?.[0] ?? null
}

describe('the statements of a site that is used', () => {
  test('each name their user, or are on the list of those that cannot', () => {
    expect(statements.length).toBeGreaterThan(60)
    expect(statements.filter((sql) => findKey(sql) === null)).toEqual([])
  })

  test.each(OTHERS)('some go %s', (_, pattern) => {
    const others = statements.filter((sql) => !BY_USER.some((each) => each.test(sql)))

    expect(others.filter((sql) => pattern.test(sql))).not.toEqual([])
  })
})
