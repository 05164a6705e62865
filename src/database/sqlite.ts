import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { seconds } from '../durations.ts'
import { createGate, type Gate } from './gate.ts'
import { type Begin, guardAdapter } from './guarded-adapter.ts'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

// FULL, not NORMAL: in WAL mode NORMAL may forget the last commits in a power cut, and a password change
// or a revocation that was acknowledged must not come undone.
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
`

/** Makes the file and its folder, where missing, readable by their owner only. */
export const prepareSqliteFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER })
  // SQLite gives its -wal and -shm files the mode of the database file.
  closeSync(openSync(file, 'a', OWNER_ONLY_FILE))
}

// IMMEDIATE: a transaction that turns from reading to writing halfway fails at once, without any wait,
// when another process wrote in between.
const beginBehind =
  (gate: Gate): Begin =>
  async (connection) => {
    const open = await gate.shut()
    await connection
      .executeRaw({ sql: 'BEGIN IMMEDIATE', args: [], argTypes: [] })
      .catch((failure) => {
        open()
        throw failure
      })
    return { queryable: connection, release: async () => open() }
  }

const connectWithSettings = async (file: string): Promise<SqlDriverAdapter> => {
  const url = `file:${file}`
  const connection = await new PrismaBetterSqlite3({ url, timeout: seconds(5) }).connect()
  await connection.executeScript(SETTINGS)
  return connection
}

/** The guarded driver of one SQLite file: one connection, which a transaction has to itself. */
export const createSqliteAdapter = (
  file: string,
  onStatement: (sql: string) => void,
): SqlDriverAdapterFactory => {
  prepareSqliteFile(file)
  const gate = createGate()
  const factory: SqlDriverAdapterFactory = {
    provider: 'sqlite',
    adapterName: '@prisma/adapter-better-sqlite3',
    connect: () => connectWithSettings(file),
  }
  return guardAdapter(factory, { gate, onStatement, begin: beginBehind(gate) })
}
