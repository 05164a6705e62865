import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Engine } from './database-url.ts'

// Two levels up from src/database and from dist/database alike.
const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** The absolute path of the folder that holds an engine's migrations. */
export function findMigrationsFolder(engine: Engine): string {
  return join(migrations, engine)
}

/** The names of an engine's migrations, oldest first. Throws where the folder is not there: a program without it must not take an empty database for a finished one. */
export function listMigrations(engine: Engine): string[] {
  const folder = findMigrationsFolder(engine)
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** An engine's migrations in the form in which Prisma's schema engine takes them. */
export function readMigrations(engine: Engine): MigrationList {
  const folder = findMigrationsFolder(engine)
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: `provider = "${engine}"\n` },
    shadowDbInitScript: '',
    migrationDirectories: listMigrations(engine).map((name) => readMigration(folder, name)),
  }
}

function readMigration(folder: string, name: string) {
  const script = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
  return {
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: script } },
  }
}
