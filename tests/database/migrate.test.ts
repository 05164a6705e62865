import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase, Prisma } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { listMigrations } from '../../src/database/migrations-folder.ts'
import { createEmptyDatabase } from '../support/database.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const MIGRATE = `
  import { migrateDatabase } from './src/database/migrate.ts'
  await migrateDatabase(process.env.DATABASE_URL)
`
const HOLD_LOCK = `
  import { lockDatabase } from './src/database/migration-lock.ts'
  import { connectForMigration } from './src/database/migration-connection.ts'
  import { readDatabaseUrl } from './src/database/database-url.ts'
  const address = readDatabaseUrl(process.env.DATABASE_URL)
  globalThis.connection = await connectForMigration(address)
  await lockDatabase(connection, address)
  console.log('locked')
  setInterval(() => {}, 1000)
`

const runScript = (script: string, url: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const emptyDatabase = async (): Promise<string> => {
  const { url, drop } = await createEmptyDatabase()
  onTestFinished(drop)
  return url
}

const withDatabase = async <T>(url: string, work: (database: Database) => Promise<T>) => {
  const database = await openDatabase(url)
  return work(database).finally(() => database.close())
}

describe('a program without its migrations', () => {
  test('takes no database for finished', async () => {
    expect(() => listMigrations('mysql' as never)).toThrow('ENOENT')
  })
})

describe('migrateDatabase', () => {
  test('makes the tables of an empty database, once', async () => {
    const url = await emptyDatabase()
    const { engine } = await withDatabase(url, async (database) => database)

    const first = await migrateDatabase(url)
    const second = await migrateDatabase(url)

    expect(first.applied).toEqual(listMigrations(engine))
    expect(second.applied).toEqual([])
    expect(await withDatabase(url, (database) => database.user.count())).toBe(0)
  })

  test('lets processes that start at once on an empty database all come up', async () => {
    const url = await emptyDatabase()
    const processes = [MIGRATE, MIGRATE, MIGRATE].map((script) => runScript(script, url))

    const ends = await Promise.all(processes.map((process) => once(process, 'exit')))

    expect(ends.map(([code]) => code)).toEqual([0, 0, 0])
    const rows = await withDatabase(url, (database) => {
      return database.$queryRaw<unknown[]>`SELECT * FROM _prisma_migrations`
    })
    expect(rows).toHaveLength(listMigrations('sqlite').length)
  })

  test('waits for a migration under way, and goes on when its process is killed', async () => {
    const url = await emptyDatabase()
    const holder = runScript(HOLD_LOCK, url)
    if (holder.stdout) await once(holder.stdout, 'data')
    const waited: string[] = []

    const migrating = migrateDatabase(url).then(() => waited.push('migrated'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    waited.push('killed')
    holder.kill('SIGKILL')
    await migrating

    expect(waited).toEqual(['killed', 'migrated'])
  })

  test('leaves nothing behind of a migration that fails halfway', async () => {
    const url = await emptyDatabase()
    await withDatabase(url, (database) => database.$executeRaw`CREATE VIEW "Session" AS SELECT 1`)

    const failure = await migrateDatabase(url).catch((error: Error) => error.cause)
    expect(String(failure)).toContain('Session')

    const tables = ['User', '_prisma_migrations'].map((name) =>
      Prisma.raw(`SELECT * FROM "${name}"`),
    )
    for (const select of tables) {
      const reading = withDatabase(url, (database) => database.$queryRaw(select))
      await expect(reading).rejects.toThrow(/does not exist|no such table/)
    }
  })
})
