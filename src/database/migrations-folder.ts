import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveInProject } from '../project.ts'
import type { Engine } from './database-url.ts'

export type Migration = { name: string; script: string; checksum: string }

export function findMigrationsFolder(engine: Engine): string {
  return resolveInProject(`prisma/migrations/${engine}`)
}

/** Oldest first. Throws without its folder: a program without migrations would take an empty database for a finished one. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readMigration(folder, name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function readMigration(folder: string, name: string): Migration {
  const script = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
  return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
}
