import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '../../src/database/migrate.ts'

/** Where a run keeps the migrated database that each test file gets a copy of. */
export type Template =
  | { engine: 'sqlite'; folder: string; file: string }
  | { engine: 'postgresql'; server: string; name: string }

declare module 'vitest' {
  export interface ProvidedContext {
    template: Template
  }
}

const LOCAL_SERVER = 'postgresql://postgres@127.0.0.1:5432/postgres'

/** The PostgreSQL server of the tests; each test file has a database of its own on it. */
export const testServer = process.env.TEST_DATABASE_URL ?? LOCAL_SERVER

/** Whether this run may use that server. */
export const hasPostgresql =
  process.env.TEST_ENGINE === 'postgresql' || process.env.TEST_DATABASE_URL !== undefined

/** The URL of one database on the server of another URL. */
export const urlOfDatabase = (server: string, name: string): string => {
  const url = new URL(server)
  url.pathname = name
  return url.href
}

/** Runs statements on a server, one after the other, outside of any transaction. */
export const runOnServer = async (server: string, ...statements: string[]): Promise<void> => {
  const client = new Client(server)
  await client.connect()
  const runAll = async () => {
    for (const statement of statements) await client.query(statement)
  }
  await runAll().finally(() => client.end())
}

const SHARED_MEMORY = '/dev/shm'
const ROOM = 1e9

// Tests commit all the time, and each commit would wait for the disk.
const findQuickFolder = (): string => {
  if (!existsSync(SHARED_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(SHARED_MEMORY)
  return bavail * bsize > ROOM ? SHARED_MEMORY : tmpdir()
}

const setUpSqlite = async (project: TestProject) => {
  const folder = mkdtempSync(join(findQuickFolder(), 'express-login-'))
  const file = join(folder, 'template.db')
  await migrateDatabase(`file:${file}`)
  project.provide('template', { engine: 'sqlite', folder, file })
  return () => rmSync(folder, { recursive: true })
}

const setUpPostgresql = async (project: TestProject) => {
  const server = testServer
  const name = `test_${randomBytes(4).toString('hex')}`
  await runOnServer(server, `CREATE DATABASE ${name}`)
  await migrateDatabase(urlOfDatabase(server, name))
  project.provide('template', { engine: 'postgresql', server, name })
  return () => runOnServer(server, `DROP DATABASE ${name}`)
}

/** Makes the template before the first test, and gives vitest what takes it away after the last. */
export const setup = (project: TestProject): Promise<() => void | Promise<void>> =>
  process.env.TEST_ENGINE === 'postgresql' ? setUpPostgresql(project) : setUpSqlite(project)
