import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Engine } from '../src/database/database-url.ts'
import { findMigrationsFolder, readMigrations } from '../src/database/migrations-folder.ts'
import { startSchemaEngine } from './schema-engine.ts'
import { connectToShadow } from './shadow-database.ts'

const SCHEMAS = { sqlite: 'schema.prisma', postgresql: 'postgresql/schema.prisma' }
const DIFFERENT = 2

/** The SQL that leads from an engine's migrations to the models, or null where they already agree. */
export async function compareModels(engine: Engine, serverUrl: string): Promise<string | null> {
  const connect = () => connectToShadow(engine, serverUrl)
  const connection = await connect()
  const compare = async () => {
    const schemaEngine = await startSchemaEngine(connection, connect)
    return schemaEngine.diff(describeDifference(engine))
  }
  const { exitCode, stdout } = await compare().finally(() => connection.dispose())
  return exitCode === DIFFERENT ? stdout : null
}

function describeDifference(engine: Engine) {
  return {
    from: { tag: 'migrations' as const, ...listMigrations(engine) },
    to: { tag: 'schemaDatamodel' as const, ...readModels(engine) },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  }
}

/** An engine's migrations in the form that Prisma's schema engine takes. */
export function listMigrations(engine: Engine): MigrationList {
  const folder = findMigrationsFolder(engine)
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: `provider = "${engine}"\n` },
    shadowDbInitScript: '',
    migrationDirectories: readMigrations(folder).map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  }
}

function readModels(engine: Engine) {
  const path = fileURLToPath(new URL(SCHEMAS[engine], import.meta.url))
  return { files: [{ path, content: readFileSync(path, 'utf8') }] }
}
