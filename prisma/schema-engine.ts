import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlQuery,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { Pool, type QueryArrayConfig, type QueryArrayResult } from 'pg'
import type { Engine } from '../src/database/database-url.ts'

// Node has it; TypeScript describes it in the browser's library only.
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>
}

let loaded: Promise<void> | undefined

/** Prisma's schema engine on a connection. Comparing needs an empty shadow database beside it. */
export async function startSchemaEngine(
  connection: SqlDriverAdapter,
  connectToShadowDb: () => Promise<SqlDriverAdapter>,
): Promise<bindings.SchemaEngine> {
  loaded ??= loadWebAssembly()
  await loaded
  const { provider, adapterName } = connection
  const connect = () => Promise.resolve(connection)
  const factory = { provider, adapterName, connect, connectToShadowDb }
  const bound = bindMigrationAwareSqlAdapterFactory(factory)
  return bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, bound)
}

// The package imports its .wasm file as a module, which Node 20 does not know; so it is loaded by hand.
async function loadWebAssembly(): Promise<void> {
  const require = createRequire(import.meta.url)
  const script = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const code = new Uint8Array(readFileSync(script.replace(/\.js$/, '.wasm')))
  const imports = { './schema_engine_bg.js': Object.fromEntries(listImports()) }
  const { instance } = await WebAssembly.instantiate(code, imports)
  bindings.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
}

function listImports() {
  return Object.entries(bindings).map(([name, binding]) => [
    name,
    name.startsWith('__wbg_setTimeout_') ? startTimer : binding,
  ])
}

// The engine gives its lock ten seconds and never clears that timer, which would keep a process alive
// that long after its work.
function startTimer(work: () => void, ms: number) {
  return setTimeout(work, ms).unref()
}

/** A connection as the schema engine wants it, to an SQLite file or a PostgreSQL URL. */
export function connectEngine(engine: Engine, place: string): Promise<SqlDriverAdapter> {
  return engine === 'sqlite' ? connectSqlite(place) : connectPostgresql(place)
}

async function connectSqlite(url: string): Promise<SqlDriverAdapter> {
  const connection = await new PrismaBetterSqlite3({ url }).connect()
  const executeRaw = connection.executeRaw.bind(connection)
  return Object.assign(connection, {
    // The engine sends whole scripts this way, and a prepared statement takes only one statement.
    executeRaw: async (query: SqlQuery): Promise<number> => {
      if (query.args.length > 0) return executeRaw(query)
      await connection.executeScript(query.sql)
      return 0
    },
  })
}

async function connectPostgresql(url: string): Promise<SqlDriverAdapter> {
  const pool = createPool(url)
  const connection = await new PrismaPg(pool, { disposeExternalPool: true }).connect()
  return Object.assign(connection, {
    // The driver cuts a script at every semicolon, also at those inside a string or a function.
    executeScript: async (script: string): Promise<void> => void (await pool.query(script)),
  })
}

const CHAR = 18
const TEXT = 25

// Prisma's driver does not know the type "char", in which PostgreSQL's catalog answers the engine.
function createPool(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 1 })
  const query = pool.query.bind(pool)
  const queryWithText = async (statement: QueryArrayConfig): Promise<QueryArrayResult> => {
    const result = await query(statement)
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = TEXT
    return result
  }
  return Object.assign(pool, { query: queryWithText })
}
