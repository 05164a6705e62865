import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../src/database/database-url.ts'
import { findMigrationsFolder } from '../src/database/migrations-folder.ts'
import { isDatabaseOutage } from '../src/database/outage.ts'
import { compareModels } from './compare-models.ts'

const LOCAL_SERVER = 'postgresql://postgres@127.0.0.1:5432/postgres'

await makeMigrations().catch(report)

async function makeMigrations(): Promise<void> {
  const name = readName()
  const server = process.env.TEST_DATABASE_URL ?? LOCAL_SERVER
  await makeMigration('sqlite', name, server)
  await makeMigration('postgresql', name, server).catch((error: unknown) => {
    if (!isDatabaseOutage(error)) throw error
    const { host } = new URL(server)
    say(`PostgreSQL was left out: no server answers at ${host}, and its migration is not written.`)
    say(`Run npm run migration -- ${name} again where one does; TEST_DATABASE_URL names it.`)
  })
}

function readName(): string {
  const [name = ''] = process.argv.slice(2)
  if (/^[a-z0-9_]+$/.test(name)) return name
  throw new Error('Usage: npm run migration -- name_in_small_letters')
}

async function makeMigration(engine: Engine, name: string, server: string): Promise<void> {
  const script = await compareModels(engine, server)
  if (script === null) say(`Nothing to do for ${engine}: the migrations match the models.`)
  else writeMigration(engine, `${stampTime()}_${name}`, script)
}

function writeMigration(engine: Engine, folderName: string, script: string): void {
  const folder = findMigrationsFolder(engine)
  mkdirSync(join(folder, folderName), { recursive: true })
  writeFileSync(join(folder, 'migration_lock.toml'), `provider = "${engine}"\n`)
  writeFileSync(join(folder, folderName, 'migration.sql'), script)
  say(`Wrote prisma/migrations/${engine}/${folderName}/migration.sql`)
}

function stampTime(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 14)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function report(failure: unknown): void {
  process.stderr.write(`${failure instanceof Error ? failure.message : failure}\n`)
  process.exitCode = 1
}
