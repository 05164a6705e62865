import cluster from 'node:cluster'
import type { Server } from 'node:http'
import { loadCommonPasswords } from './accounts/common-passwords.ts'
import { createApp } from './app.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Database, openDatabase } from './database/database.ts'
import { migrateDatabase } from './database/migrate.ts'
import { seconds } from './durations.ts'
import { createHttpServer } from './http/http-server.ts'
import { sayFailure } from './runtime/failure.ts'
import { endOnUncaught } from './runtime/last-resort.ts'
import { listen } from './runtime/listen.ts'
import { createLog } from './runtime/log.ts'
import { logRefusal } from './runtime/security-log.ts'
import { keepSweeping } from './runtime/sweeper.ts'
import { startProcesses } from './runtime/workers.ts'
import { createServices } from './services.ts'
import { withSecret } from './settings/development-secret.ts'
import { loadEnv } from './settings/environment.ts'
import { describeProblem } from './settings/problems.ts'
import { isSecure, type Settings } from './settings/settings.ts'
import { describeStart, findDoubts } from './settings/start-lines.ts'

const DRAIN_FOR = seconds(10)

await start().catch(failToStart)

async function start(): Promise<void> {
  const read = loadEnv()
  if (!read.ok) return refuseToStart(read.problems)
  const settings = withSecret(read.settings)
  if (cluster.isPrimary) await migrateDatabase(settings.databaseUrl).catch(blameDatabase)
  if (cluster.isPrimary && settings.processes > 1) return startProcesses(settings.processes)
  await serve(settings, systemClock)
}

function blameDatabase(error: unknown): never {
  throw new Error(describeProblem('DATABASE_URL', `cannot be used: ${sayFailure(error)}`))
}

function failToStart(error: unknown): void {
  refuseToStart([sayFailure(error)])
  process.exit(1)
}

function refuseToStart(problems: string[]): void {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}

async function serve(settings: Settings, clock: Clock): Promise<void> {
  const log = createLog(settings.logLevel)
  endOnUncaught(log)
  log.info({ event: 'sys_startup' }, 'starting')
  const database = await openDatabase(settings.databaseUrl)
  const services = createServices({ database, settings, clock, log })
  const server = createHttpServer(createApp(services), {
    isSecure: isSecure(settings),
    isBehindProxy: settings.trustedProxies > 0,
    report: (refusal) => logRefusal(log, refusal),
  })
  const stopSweeping = keepSweeping(database, clock, (error) =>
    log.warn({ err: error }, 'sweep failed'),
  )
  const problem = await listen(server, settings)
  if (problem) {
    refuseToStart(isSpokesman() ? [problem] : [])
    return drain(server, database, [stopSweeping])
  }
  const stopSending = services.mail.sender.start()
  announce(settings, server)
  // Reading its lists takes a tenth of a second, which nobody who registers should wait for.
  loadCommonPasswords()
  const end = () => {
    log.info({ event: 'sys_shutdown' }, 'ending')
    return drain(server, database, [stopSweeping, stopSending])
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end)
}

// Of several processes one says what holds for all.
function isSpokesman(): boolean {
  return cluster.isPrimary || cluster.worker?.id === 1
}

function announce(settings: Settings, server: Server): void {
  if (!isSpokesman()) return
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : settings.port
  for (const line of [...findDoubts(settings), ...describeStart(settings, port)]) {
    process.stdout.write(`${line}\n`)
  }
}

// Whoever is being answered is answered to the end; nobody new is let in.
async function drain(
  server: Server,
  database: Database,
  stops: (() => Promise<void>)[],
): Promise<void> {
  const workStopped = Promise.all(stops.map((stop) => stop()))
  const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_FOR)
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  await closed
  await workStopped
  clearTimeout(cutOff)
  await database.close()
  if (cluster.isWorker) cluster.worker?.disconnect()
}
