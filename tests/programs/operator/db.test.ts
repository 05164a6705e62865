import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '../../../src/database/database.ts'
import { migrateDatabase } from '../../../src/database/migrate.ts'
import { minutes } from '../../../src/durations.ts'
import { makeFolder, readAll } from '../../operator/support/databases.ts'
import { openTestApp } from '../../support/app.ts'
import { openTestDatabase } from '../../support/database.ts'
import { userRow } from '../../support/rows.ts'
import { register } from '../../support/users.ts'
import { runCommand, runScript } from './support/run-command.ts'

const site = await openTestApp()
afterAll(site.close)
const isSqlite = site.database.engine === 'sqlite'
const { url } = site.database

const db = (words: string[], DATABASE_URL = url, env = {}) =>
  runCommand('db.js', words, { DATABASE_URL, ...env })

const modeOf = (file: string) => statSync(file).mode & 0o777

/** A file with users of these names. */
async function makeDatabase(...names: string[]) {
  const file = join(makeFolder(), 'app.db')
  await migrateDatabase(`file:${file}`)
  const database = await openDatabase(`file:${file}`)
  for (const id of names) await database.user.create({ data: userRow({ id }) })
  return { file, url: `file:${file}`, database }
}

describe('npm run db', () => {
  test.each([
    [[]],
    [['backup']],
    [['move', 'a']],
    [['check', 'x']],
    [['restore', 'a', 'b']],
    [['--x']],
  ])('prints its usage for %j, and exits with 2', async (words) => {
    const run = await db(words)

    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toMatch(/^Usage: npm run db -- /)
  })

  test('prints its usage when it is asked for, and exits with 0', async () => {
    const run = await db(['check', '--help'])

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toMatch(/^Usage: npm run db -- /)
  })

  test('never makes a database', async () => {
    const missing = join(makeFolder(), 'none.db')

    const runs = await Promise.all(
      [['check'], ['backup', `${missing}.copy`]].map((words) => db(words, `file:${missing}`)),
    )

    expect(runs).toMatchObject([{ exitCode: 1 }, { exitCode: 1 }])
    expect(readdirSync(join(missing, '..'))).toEqual([])
  })
})

describe.runIf(isSqlite)('npm run db -- backup', () => {
  test('copies all that was committed, while others write without pause', async () => {
    const file = join(makeFolder(), 'backups/app.db')
    const { database, url } = await makeDatabase('first')
    let [isOver, count] = [false, 0]
    const write = async () => {
      while (!isOver) {
        await setImmediate()
        const id = `${++count}`
        await database.user.create({ data: userRow({ id }) })
        await database.securityEvent.create({
          data: { id, userId: id, kind: 'k', at: new Date(), browser: 'b'.repeat(20_000) },
        })
      }
    }
    const writing = write()

    const run = await db(['backup', file], url)
    isOver = true
    await writing
    await database.close()

    expect(run).toEqual({ exitCode: 0, stdout: `Wrote ${file}.\n`, stderr: '' })
    expect(modeOf(file)).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['app.db'])
    const copied = await readAll(`file:${file}`)
    // Each event follows its user: of no moment is there more than one without.
    const difference = Number(copied.User?.length) - 1 - Number(copied.SecurityEvent?.length)
    expect(copied.SecurityEvent?.length).toBeGreaterThan(0)
    expect([0, 1]).toContain(difference)
  })

  test('overwrites nothing', async () => {
    const file = join(makeFolder(), 'kept')
    writeFileSync(file, 'kept')

    const run = await db(['backup', file])

    expect(run).toEqual({ exitCode: 1, stdout: '', stderr: `${file} exists already.\n` })
    expect(readFileSync(file, 'utf8')).toBe('kept')
  })

  test('leaves no file behind when the database is damaged', async () => {
    const { file, database, url } = await makeDatabase('first')
    await database.close()
    damage(file)
    const copy = join(makeFolder(), 'copy.db')

    const run = await db(['backup', copy], url)

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(existsSync(copy)).toBe(false)
  })

  test('is a script of npm', async () => {
    const file = join(makeFolder(), 'copy.db')

    const run = await runScript(['db', '--', 'backup', file, '--json'], { DATABASE_URL: url })

    expect(JSON.parse(run.stdout)).toEqual({ file })
  })
})

describe.runIf(isSqlite)('npm run db -- restore', () => {
  test('puts the backup in its place, readable by its owner only, and keeps what was there', async () => {
    const { file, database, url } = await makeDatabase('first')
    const copy = join(makeFolder(), 'copy.db')
    await db(['backup', copy], url)
    chmodSync(copy, 0o644)
    await database.user.create({ data: userRow({ id: 'second' }) })
    await database.close()
    const before = await readAll(url)

    const run = await db(['restore', copy, '--json'], url)

    const { aside } = JSON.parse(run.stdout)
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await readAll(url)).User).toEqual([expect.stringContaining('"id":"first"')])
    expect(modeOf(file)).toBe(0o600)
    expect(await readAll(`file:${aside}`)).toEqual(before)
  })

  test('brings a database back where none is left', async () => {
    const { file, database, url } = await makeDatabase('first')
    await database.close()
    const target = join(makeFolder(), 'data/app.db')

    const run = await db(['restore', file], `file:${target}`)

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await readAll(`file:${target}`)).toEqual(await readAll(url))
    // A server goes on with it: what it watches is the file that it opened.
    const restored = await openDatabase(`file:${target}`)
    for (const id of ['second', 'third']) await restored.user.create({ data: userRow({ id }) })
    expect(await restored.user.count()).toBe(3)
    await restored.close()
  })

  test('replaces a file that is no database any more', async () => {
    const { file, database } = await makeDatabase('first')
    await database.close()
    const broken = join(makeFolder(), 'app.db')
    writeFileSync(broken, 'no database'.repeat(1000))

    const run = await db(['restore', file], `file:${broken}`)

    expect(run.exitCode).toBe(0)
    expect((await readAll(`file:${broken}`)).User).toHaveLength(1)
  })

  test('refuses while a server has the file open', async () => {
    const { file, database, url } = await makeDatabase('first')
    const copy = join(makeFolder(), 'copy.db')
    await db(['backup', copy], url)

    const run = await db(['restore', copy], url)

    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toBe(`A program has ${file} open. Stop the server.\n`)
    expect(await database.user.count()).toBe(1)
    await database.close()
  })

  test.runIf(process.getuid?.() === 0)(
    'by root leaves a database that its owner can open',
    async () => {
      const { file, database, url } = await makeDatabase('first')
      await database.close()
      const copy = join(makeFolder(), 'copy.db')
      await db(['backup', copy], url)
      const owner = { uid: 65533, gid: 65532 }
      chownSync(join(file, '..'), owner.uid, owner.gid)

      await db(['restore', copy], url)

      expect(statSync(file)).toMatchObject(owner)
    },
  )

  const unfit: [string, (file: string) => void, RegExp][] = [
    ['damaged', damage, /malformed|damaged/],
    [
      'cut off',
      (file) => writeFileSync(file, readFileSync(file).subarray(0, 30_000)),
      /malformed|damaged/,
    ],
    ['no database', (file) => writeFileSync(file, 'no database'), /not a database/],
    ['of a newer release', (file) => run(file, NEWER), /this release does not have it/],
    [
      'of another program',
      (file) => run(file, 'DROP TABLE "_prisma_migrations"'),
      /no tables of this/,
    ],
    [
      'missing rows',
      (file) => run(file, ORPHAN),
      /a row of SecurityEvent refers to no row of User/,
    ],
  ]
  test.each(unfit)(
    'refuses a backup that is %s, and leaves all as it was',
    async (_, spoil, words) => {
      const { database, file, url } = await makeDatabase('first')
      await database.close()
      const copy = join(makeFolder(), 'copy.db')
      cpSync(file, copy)
      spoil(copy)

      const run = await db(['restore', copy], url)

      expect(run).toMatchObject({ exitCode: 1, stdout: '' })
      expect(run.stderr).toMatch(words)
      expect(readdirSync(join(file, '..'))).toEqual(['app.db'])
      expect((await readAll(url)).User).toHaveLength(1)
    },
  )
})

const NEWER = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ('x', 'x', '99999999999999_later', 1, 1, 1)`
const ORPHAN = `PRAGMA foreign_keys = OFF;
  INSERT INTO "SecurityEvent" ("id", "userId", "kind", "at", "browser") VALUES ('e', 'gone', 'k', '2026', 'b')`

function run(file: string, script: string): void {
  const database = new BetterSqlite3(file)
  database.exec(script)
  database.close()
}

// Overwrites pages behind the first: the tables are still there, their content is not.
function damage(file: string): void {
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 8192)
  writeFileSync(file, bytes)
}

describe('npm run db -- check', () => {
  const soon = () => new Date(Date.now() + minutes(1))
  const longAgo = new Date('2026-01-01')
  const mail = { id: 'm', recipient: 'r', template: 't', data: '{}', createdAt: longAgo }
  const event = { id: 'e', userId: 'ada', kind: 'logged-in', browser: 'b' }

  test('finds nothing wrong with a database in order, and changes nothing', async () => {
    const database = await openTestDatabase()
    onTestFinished(database.close)
    await database.user.create({ data: userRow({ id: 'ada' }) })
    await database.securityEvent.create({ data: { ...event, at: new Date() } })
    await database.outboxMessage.create({ data: { ...mail, attempts: 1, nextAttemptAt: soon() } })
    const before = await readAll(database.url)

    const run = await db(['check'], database.url)

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toMatch(
      /^ok {4}migrations: all are applied\nok {4}tables: \d+ are .*\nok {4}integrity: .*\nok {4}clock: .*\nok {4}mail: 1 waiting, 0 failed .*\n$/,
    )
    expect(await readAll(database.url)).toEqual(before)
  })

  const wrongs: [string, string, (tables: Database) => Promise<unknown>, RegExp][] = [
    [
      'a migration that is missing',
      'migrations',
      (tables) => tables.$executeRaw`DELETE FROM "_prisma_migrations" WHERE "migration_name" =
        (SELECT max("migration_name") FROM "_prisma_migrations")`,
      /is missing/,
    ],
    [
      'a column that is missing',
      'tables',
      (tables) => tables.$executeRaw`ALTER TABLE "Device" DROP COLUMN "label"`,
      /label/,
    ],
    [
      'an event in the future',
      'clock',
      (tables) => tables.securityEvent.create({ data: { ...event, at: soon() } }),
      /in the future/,
    ],
    [
      'mail that failed',
      'mail',
      (tables) =>
        tables.outboxMessage.create({ data: { ...mail, attempts: 2, nextAttemptAt: soon() } }),
      /1 waiting, 1 failed more than once, 0 overdue/,
    ],
    [
      'mail that no server sends',
      'mail',
      (tables) => tables.outboxMessage.create({ data: { ...mail, nextAttemptAt: longAgo } }),
      /1 waiting, 0 failed more than once, 1 overdue/,
    ],
  ]
  test.each(wrongs)('finds %s, and exits with 1', async (_, name, spoil, words) => {
    const database = await openTestDatabase()
    onTestFinished(database.close)
    await database.user.create({ data: userRow({ id: 'ada' }) })
    await spoil(database)

    const run = await db(['check', '--json'], database.url)

    const findings: { name: string; isRight: boolean; words: string }[] = JSON.parse(run.stdout)
    expect(run).toMatchObject({ exitCode: 1, stderr: '' })
    expect(findings.filter(({ isRight }) => !isRight)).toEqual([
      { name, isRight: false, words: expect.stringMatching(words) },
    ])
  })

  test.runIf(isSqlite)('finds damage in the file', async () => {
    const { file, database, url } = await makeDatabase('first')
    await database.close()
    run(file, ORPHAN)

    const check = await db(['check'], url)

    expect(check.exitCode).toBe(1)
    expect(check.stdout).toMatch(
      /^WRONG integrity: a row of SecurityEvent refers to no row of User$/m,
    )
  })
})

describe.runIf(!isSqlite)('on PostgreSQL', () => {
  const hasDump = spawnSync('pg_dump', ['--version']).status === 0

  test('backup and restore print the command without a password', async () => {
    const address = 'postgresql://ada:secret%20one@127.0.0.1:5433/it%27s?schema=App&sslmode=disable'

    const runs = [
      await db(['backup', 'a b.dump'], address),
      await db(['restore', 'a b.dump'], address),
    ]

    expect(runs.map(({ stdout }) => stdout)).toEqual([
      `# It asks for the password, or takes it from PGPASSWORD.\n(umask 077; pg_dump --format=custom --schema=App '--file=a b.dump' 'postgresql://ada@127.0.0.1:5433/it%27s?sslmode=disable')\n`,
      `# It asks for the password, or takes it from PGPASSWORD.\npg_restore --clean --if-exists --no-owner --single-transaction --schema=App '--dbname=postgresql://ada@127.0.0.1:5433/it%27s?sslmode=disable' 'a b.dump'\n`,
    ])
  })

  test.skipIf(!hasDump)('these commands bring everything back', async () => {
    const file = join(makeFolder(), 'app.dump')
    await register(site)
    const before = await readAll(url)
    const commands = [await db(['backup', file]), await db(['restore', file])]
    const sh = (line = '') => spawnSync('sh', ['-c', line], { encoding: 'utf8' })

    const dumped = sh(commands[0]?.stdout)
    await site.database.user.deleteMany()
    const restored = sh(commands[1]?.stdout)

    expect([dumped, restored]).toMatchObject([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ])
    expect(modeOf(file)).toBe(0o600)
    expect(await readAll(url)).toEqual(before)
  })
})
