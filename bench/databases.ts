import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import type { Bench } from './bench.ts'

const POSTGRESQL = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

export function sqliteUrl({ folder }: Bench, name: string): string {
  return `file:${join(folder, `${name}.db`)}`
}

/** A new database, dropped at the end; null where no server answers. */
export async function createPostgresqlDatabase(bench: Bench): Promise<string | null> {
  const name = `bench_${randomBytes(6).toString('hex')}`
  const isCreated = await run(`CREATE DATABASE ${name}`).then(
    () => true,
    () => false,
  )
  if (!isCreated) return null
  bench.atEnd(() => run(`DROP DATABASE ${name} WITH (FORCE)`))
  return new URL(`/${name}`, POSTGRESQL).href
}

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRESQL })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
