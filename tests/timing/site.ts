import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { systemClock } from '../../src/clock.ts'
import { type Database, openDatabase } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createServices } from '../../src/services.ts'
import { readEnv } from '../../src/settings/environment.ts'
import { runOnServer, urlOfDatabase } from '../support/template-database.ts'

/** The application behind a port of its own, on a new database. */
export type Site = { port: number; database: Database; close: () => Promise<void> }

/** Serves the application until it is closed, on a PostgreSQL server where one is given, else on SQLite. */
export async function openSite(variables: Record<string, string>, server?: string): Promise<Site> {
  const place = await (server ? createOnServer(server) : createFile())
  await migrateDatabase(place.url)
  const database = await openDatabase(place.url)
  const secret = 'only for measuring '.repeat(2)
  const read = readEnv({ THROTTLE: 'off', SESSION_SECRET: secret, ...variables })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const log = createLog('silent')
  const app = createApp(
    createServices({ database, settings: read.settings, clock: systemClock, log }),
  )
  const listening = app.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const close = async () => {
    listening.closeAllConnections()
    await new Promise((closed) => listening.close(closed))
    await database.close()
    await place.remove()
  }
  return { port: (listening.address() as AddressInfo).port, database, close }
}

async function createFile() {
  const folder = mkdtempSync(join(tmpdir(), 'timing-'))
  const remove = async () => rmSync(folder, { recursive: true })
  return { url: `file:${join(folder, 'timing.db')}`, remove }
}

async function createOnServer(server: string) {
  const name = `timing_${randomBytes(4).toString('hex')}`
  await runOnServer(server, `CREATE DATABASE ${name}`)
  const remove = () => runOnServer(server, `DROP DATABASE ${name} WITH (FORCE)`)
  return { url: urlOfDatabase(server, name), remove }
}
