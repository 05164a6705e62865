import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../src/database/database-url.ts'
import { findMigrationsFolder } from '../src/database/migrations-folder.ts'
import { compareModels } from './compare-models.ts'

const LOCAL_SERVER = 'postgresql://postgres@127.0.0.1:5432/postgres'

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function readName(): string {
  const [name = ''] = process.argv.slice(2)
  if (/^[a-z0-9_]+$/.test(name)) return name
  throw new Error('Usage: npm run migration -- name_in_small_letters')
}

function stampTime(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 14)
}

function writeMigration(engine: Engine, folderName: string, script: string): void {
  const folder = findMigrationsFolder(engine)
  mkdirSync(join(folder, folderName), { recursive: true })
  writeFileSync(join(folder, 'migration_lock.toml'), `provider = "${engine}"\n`)
  writeFileSync(join(folder, folderName, 'migration.sql'), script)
  say(`Wrote prisma/migrations/${engine}/${folderName}/migration.sql`)
}

// Both comparisons come before the first file, so that one engine never gets ahead of the other.
async function makeMigrations(): Promise<void> {
  const folderName = `${stampTime()}_${readName()}`
  const server = process.env.TEST_DATABASE_URL ?? LOCAL_SERVER
  const sqlite = await compareModels('sqlite', server)
  const postgresql = await compareModels('postgresql', server)
  if (sqlite !== null) writeMigration('sqlite', folderName, sqlite)
  if (postgresql !== null) writeMigration('postgresql', folderName, postgresql)
  if (sqlite === null && postgresql === null) say('Nothing to do: the migrations match the models.')
}

function report(failure: unknown): void {
  process.stderr.write(`${failure instanceof Error ? failure.message : failure}\n`)
  process.exitCode = 1
}

await makeMigrations().catch(report)
