import { randomUUID } from 'node:crypto'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { Client } from 'pg'
import type { Engine } from '../src/database/database-url.ts'
import { connectEngine } from './schema-engine.ts'

/** An empty database that is gone once closed; PostgreSQL needs a server's URL for it. */
export function connectToShadow(engine: Engine, serverUrl: string): Promise<SqlDriverAdapter> {
  return engine === 'sqlite' ? connectEngine(engine, ':memory:') : connectToThrowaway(serverUrl)
}

// Not the driver's own shadow connection: given a URL, that one lands in the database of the URL.
async function connectToThrowaway(serverUrl: string): Promise<SqlDriverAdapter> {
  const name = `shadow_${randomUUID()}`
  await runOnServer(serverUrl, `CREATE DATABASE "${name}"`)
  const url = new URL(serverUrl)
  url.pathname = name
  const connection = await connectEngine('postgresql', url.href)
  const dispose = connection.dispose.bind(connection)
  return Object.assign(connection, {
    dispose: async (): Promise<void> => {
      await dispose()
      await runOnServer(serverUrl, `DROP DATABASE "${name}"`)
    },
  })
}

async function runOnServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
