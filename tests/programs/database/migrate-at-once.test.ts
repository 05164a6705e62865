import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../src/database/database.ts'
import { migrateDatabase } from '../../../src/database/migrate.ts'
import { findMigrationsFolder, readMigrations } from '../../../src/database/migrations-folder.ts'
import { createEmptyDatabase } from '../../support/database.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const MIGRATE = `
  import { migrateDatabase } from './src/database/migrate.ts'
  await migrateDatabase(process.env.DATABASE_URL)
`
const HOLD_LOCK = `
  import { readDatabaseUrl } from './src/database/database-url.ts'
  import { connectForMigration } from './src/database/migrate.ts'
  const connection = await connectForMigration(readDatabaseUrl(process.env.DATABASE_URL), false)
  await connection.begin()
  console.log('locked')
  setInterval(() => {}, 1000)
`

const runScript = (script: string, url: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const emptyDatabase = async (): Promise<string> => {
  const { url, drop } = await createEmptyDatabase()
  onTestFinished(drop)
  return url
}

const countMigrations = async (url: string): Promise<number> => {
  const database = await openDatabase(url)
  const rows = database.$queryRaw<object[]>`SELECT 1 FROM "_prisma_migrations"`
  return (await rows.finally(() => database.close())).length
}

describe('migrateDatabase', () => {
  test('lets processes that start at once on an empty database all come up', async () => {
    const url = await emptyDatabase()
    const processes = [MIGRATE, MIGRATE, MIGRATE].map((script) => runScript(script, url))

    const ends = await Promise.all(processes.map((process) => once(process, 'exit')))

    expect(ends.map(([code]) => code)).toEqual([0, 0, 0])
    const { length } = readMigrations(findMigrationsFolder(inject('template').engine))
    expect(await countMigrations(url)).toBe(length)
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
})
