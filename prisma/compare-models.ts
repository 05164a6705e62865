import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine } from '../src/database/database-url.ts'
import { readMigrations } from '../src/database/migrations-folder.ts'
import { startSchemaEngine } from '../src/database/schema-engine.ts'
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
    from: { tag: 'migrations' as const, ...readMigrations(engine) },
    to: { tag: 'schemaDatamodel' as const, ...readModels(engine) },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  }
}

function readModels(engine: Engine) {
  const path = fileURLToPath(new URL(SCHEMAS[engine], import.meta.url))
  return { files: [{ path, content: readFileSync(path, 'utf8') }] }
}
