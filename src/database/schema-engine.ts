import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'

// Node has it; TypeScript describes it in the browser's library only.
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>
}

let loaded: Promise<void> | undefined

/** Starts Prisma's schema engine on a connection; only comparing models needs a shadow database too. */
export async function startSchemaEngine(
  connection: SqlDriverAdapter,
  connectToShadowDb: () => Promise<SqlDriverAdapter> = refuseShadow,
): Promise<bindings.SchemaEngine> {
  loaded ??= loadWebAssembly()
  await loaded
  const { provider, adapterName } = connection
  const connect = () => Promise.resolve(connection)
  const factory = { provider, adapterName, connect, connectToShadowDb }
  const bound = bindMigrationAwareSqlAdapterFactory(factory)
  return bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, bound)
}

function refuseShadow(): Promise<SqlDriverAdapter> {
  return Promise.reject(new Error('This use of the schema engine has no shadow database'))
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
