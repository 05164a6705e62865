import cluster from 'node:cluster'
import type { Server } from 'node:http'
import { lowerHashThreads } from './accounts/hash-threads.ts'
import { createApp } from './app.ts'
import { type Clock, systemClock } from './clock.ts'
import { openDatabase } from './database/database.ts'
import { migrateDatabase } from './database/migrate.ts'
import { createHttpServer } from './http/http-server.ts'
import { drain, endOnSignals } from './runtime/end.ts'
import { describeFailure, exitOnUncaught } from './runtime/failure.ts'
import { listen } from './runtime/listen.ts'
import { createLog } from './runtime/log.ts'
import { watchMainThread } from './runtime/main-thread.ts'
import { logRefusal } from './runtime/security-log.ts'
import { keepSweeping } from './runtime/sweeper.ts'
import { processIndex, startWorkers } from './runtime/workers.ts'
import { createServices, type Services } from './services.ts'
import { withSecret } from './settings/development-secret.ts'
import { describeDatabaseProblem, loadEnv } from './settings/environment.ts'
import type { Settings } from './settings/settings.ts'
import { describeStart, findWarnings } from './settings/start-lines.ts'

await start().catch(failToStart)

async function start(): Promise<void> {
  const read = loadEnv()
  if (!read.ok) return refuseToStart(read.problems)
  const settings = withSecret(read.settings)
  // In every process: under PM2 none of them is the primary one.
  await migrateDatabase(settings.databaseUrl).catch((error: unknown) =>
    exitWith(describeDatabaseProblem(settings.databaseUrl, describeFailure(error))),
  )
  if (cluster.isPrimary && settings.processes > 1) {
    const problem = await startMetrics(settings)
    return problem ? refuseToStart([problem]) : startWorkers(settings.processes)
  }
  await serve(settings, systemClock)
}

function failToStart(error: unknown): never {
  exitWith(describeFailure(error))
}

function exitWith(problem: string): never {
  refuseToStart([problem])
  process.exit(1)
}

function refuseToStart(problems: string[]): void {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}

async function serve(settings: Settings, clock: Clock): Promise<void> {
  const log = createLog(settings.logLevel)
  exitOnUncaught(log)
  log.info({ event: 'sys_startup' }, 'starting')
  const reason = await lowerHashThreads()
  if (reason) log.info({ reason }, 'pages and hashes have the same priority')
  const database = await openDatabase(settings.databaseUrl)
  const services = createServices({ database, settings, clock, log, isBusy: watchMainThread() })
  const server = openServer(services)
  const problem =
    (await startMetrics(settings, { services, server })) ?? (await listen(server, settings))
  if (problem) {
    refuseToStart(isSpokesman() ? [problem] : [])
    return close(services, server, [])
  }
  const stops = [keepSweeping(database, clock, log), services.mail.sender.start()]
  endOnSignals(() => {
    log.info({ event: 'sys_shutdown' }, 'ending')
    return close(services, server, stops)
  })
  announce(settings, server)
}

async function startMetrics(
  { metricsPort }: Settings,
  serving?: { services: Services; server: Server },
): Promise<string | null> {
  if (metricsPort === null) return null
  const { openMetrics } = await import('./runtime/metrics.ts')
  return openMetrics(metricsPort, serving)
}

function openServer(services: Services): Server {
  const { settings, log } = services
  return createHttpServer(createApp(services), {
    hsts: settings.hsts,
    isBehindProxy: settings.trustedProxies > 0,
    limits: {
      keepAliveTimeout: settings.keepAlive,
      connectionsPerNetwork: settings.connectionsPerNetwork,
    },
    report: (refusal) => logRefusal(log, refusal),
  })
}

async function close(
  { database, sessionStore }: Services,
  server: Server,
  stops: (() => Promise<void>)[],
): Promise<void> {
  await Promise.all([drain(server), ...stops.map((stop) => stop())])
  await sessionStore.writeLateVisits()
  await database.close()
  cluster.worker?.disconnect()
}

// One of several processes prints what is true for all.
function isSpokesman(): boolean {
  return processIndex() === 0
}

function announce(settings: Settings, server: Server): void {
  if (!isSpokesman()) return
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : settings.port
  // On a full disk nothing can be said, and there is no reason to end.
  process.stdout.on('error', () => {})
  for (const line of [...findWarnings(settings), ...describeStart(settings, port)]) {
    process.stdout.write(`${line}\n`)
  }
}
