import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { seconds } from '../durations.ts'
import { bare } from './bare-query.ts'
import { createGate, type Gate } from './gate.ts'
import { type Begin, guardAdapter } from './guarded-adapter.ts'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

// A power cut may take back the last of what was written under NORMAL, and never damages the file.
// That will do for counters and last-seen times, which would otherwise wait for the disk once a request.
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
`

// FULL while the connection is held: what is changed together is a password, a session, a revocation,
// and must not come undone once it was acknowledged.
//
// IMMEDIATE: a transaction that turns from reading to writing halfway fails at once, without any wait,
// when another process wrote in between.
const beginBehind =
  (gate: Gate): Begin =>
  async (connection) => {
    const open = await gate.shut()
    const run = (sql: string) => connection.executeRaw(bare(sql))
    const release = () => run('PRAGMA synchronous = NORMAL').then(open, open)
    const begin = async () => {
      await run('PRAGMA synchronous = FULL')
      await run('BEGIN IMMEDIATE')
    }
    await begin().catch(async (failure) => {
      await release()
      throw failure
    })
    return { queryable: connection, release }
  }

/** Makes the file and its folder, where missing, readable by their owner only. */
export function prepareSqliteFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER })
  // SQLite gives its -wal and -shm files the mode of the database file.
  closeSync(openSync(file, 'a', OWNER_ONLY_FILE))
}

/** The guarded driver of one SQLite file: one connection, which a transaction has to itself. */
export function createSqliteAdapter(
  file: string,
  onStatement: (sql: string) => void,
): SqlDriverAdapterFactory {
  prepareSqliteFile(file)
  const gate = createGate()
  const factory: SqlDriverAdapterFactory = {
    provider: 'sqlite',
    adapterName: '@prisma/adapter-better-sqlite3',
    connect: () => connectWithSettings(file),
  }
  return guardAdapter(factory, { gate, onStatement, begin: beginBehind(gate) })
}

async function connectWithSettings(file: string): Promise<SqlDriverAdapter> {
  const url = `file:${file}`
  const connection = await new PrismaBetterSqlite3({ url, timeout: seconds(5) }).connect()
  await connection.executeScript(SETTINGS)
  return connection
}
