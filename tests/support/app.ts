import { once } from 'node:events'
import { Agent } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'
import type { Logger } from 'pino'
import { createApp } from '../../src/app.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createServices, type Services } from '../../src/services.ts'
import { readEnv } from '../../src/settings/environment.ts'
import type { Settings } from '../../src/settings/settings.ts'
import type { Catalogue } from '../../src/words/words.ts'
import { createTestClock, type TestClock } from '../auth/support/test-clock.ts'
import { Browser } from './browser.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

export type LogLine = { msg: string; incidentId?: string } & Record<string, unknown>

/** The whole application on a migrated database of its own, and everything that a test may turn or look at. */
export type TestApp = {
  app: Express
  services: Services
  /** Where it listens. */
  url: string
  database: TestDatabase
  clock: TestClock
  settings: Settings
  log: Logger
  /** What the application has logged so far. */
  logged: LogLine[]
  /** The SQL statements so far; set its length to 0 to count anew. */
  statements: string[]
  /** A browser that has never been here. */
  browse: () => Browser
  close: () => Promise<void>
}

/** What tests change of an operator's defaults: the rest is tested as it comes. */
export const QUICK = {
  // Views are compiled once, as in production; all else is as in development.
  NODE_ENV: 'test',
  // Each step doubles the work of a hash, and these protect no password.
  BCRYPT_COST: '4',
  // Every test comes from one IP.
  THROTTLE: 'off',
  SESSION_SECRET: 'a secret that only the tests know of',
}

/** The application as an operator sets it with these environment variables; it shares the database and clock of `other`. */
export async function openTestApp(
  variables: Record<string, string> = {},
  other?: TestApp,
  catalogue?: Catalogue,
): Promise<TestApp> {
  const settings = readSettings(variables)
  const statements: string[] = []
  const logged: LogLine[] = []
  const onStatement = (sql: string) => void statements.push(sql)
  const database = other?.database ?? (await openTestDatabase({ onStatement }))
  const clock = other?.clock ?? createTestClock()
  const log = createLog('trace', { write: (line) => void logged.push(JSON.parse(line)) })
  const services = createServices({ database, settings, clock: clock.now, log }, catalogue)
  const app = createApp(services)
  // One server for all, and few connections: supertest would start one of each for every request.
  const server = app.listen(0, '127.0.0.1')
  server.keepAliveTimeout = 0
  const agent = new Agent({ keepAlive: true })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browse = () => new Browser(url, clock.now, agent)
  const close = async () => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
    await database.close()
  }
  return { app, services, url, database, clock, settings, log, logged, statements, browse, close }
}

export function readSettings(variables: Record<string, string> = {}): Settings {
  const read = readEnv({ ...QUICK, ...variables })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.settings
}
