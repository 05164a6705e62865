import { listMigrations } from '../../../prisma/compare-models.ts'
import { connectEngine, startSchemaEngine } from '../../../prisma/schema-engine.ts'
import type { Engine } from '../../../src/database/database-url.ts'

/** Applies this program's migrations with Prisma's own engine; gives the names of those that were pending. */
export const deployWithPrisma = async (engine: Engine, url: string): Promise<string[]> => {
  const connection = await connectEngine(engine, url)
  const deploy = async () => {
    const schemaEngine = await startSchemaEngine(connection, async () => connection)
    const filters = { externalTables: [], externalEnums: [] }
    return schemaEngine.applyMigrations({ migrationsList: listMigrations(engine), filters })
  }
  const { appliedMigrationNames } = await deploy().finally(() => connection.dispose())
  return appliedMigrationNames
}
