import cluster from 'node:cluster'
import type { Channel } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Request, Response } from 'express'
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  register,
} from 'prom-client'
import { isDatabaseOutage } from '../database/outage.ts'
import { seconds } from '../durations.ts'
import { countUnsent } from '../mail/queue.ts'
import type { Services } from '../services.ts'
import { THROTTLED } from '../throttle/throttle.ts'
import { listen } from './listen.ts'
import { LOGGED_ERRORS } from './log.ts'
import { LOGINS } from './security-log.ts'

type Serving = { services: Services; server: Server }

/** Counts what this process serves, if any, and answers for all processes on a port of this machine alone. Resolves to null, or to the line that says why it cannot. */
export async function openMetrics(port: number, serving?: Serving): Promise<string | null> {
  if (serving) countWork(serving)
  // In a worker it answers the primary process, which alone has the port.
  const workers = new AggregatorRegistry()
  if (cluster.isWorker) return null
  return serve(port, () => (serving ? register.metrics() : workers.clusterMetrics()))
}

// A site can point its own name here, and a browser on this machine would let it read the answer.
const OWN_HOST = /^(localhost|127\.0\.0\.1)(:\d+)?$/i

function serve(port: number, read: () => Promise<string>): Promise<string | null> {
  const server = createServer(async ({ url, headers }, res) => {
    // A connection that is kept would keep the process from ending.
    res.setHeader('Connection', 'close').setHeader('Content-Type', register.contentType)
    if (!OWN_HOST.test(headers.host ?? '')) return res.writeHead(421).end()
    const text = url === '/metrics' ? await read().catch(() => null) : ''
    return res.writeHead(text === null ? 503 : text === '' ? 404 : 200).end(text)
  })
  return listen(server.unref(), { port, host: '127.0.0.1', setting: 'METRICS_PORT' })
}

// Labels are words of ours: none holds what a visitor has sent.
function countWork({ services, server }: Serving): void {
  collectDefaultMetrics()
  countRequests(server)
  countPublished(LOGINS, 'logins_total', 'Passwords compared at /login, by outcome.', 'outcome')
  countPublished(THROTTLED, 'throttled_total', 'Attempts refused, by used up budget.', 'budget')
  countThefts(services)
  countDatabaseErrors()
  watchHashQueue(services)
  watchOutbox(services)
}

const METHODS = ['GET', 'HEAD', 'POST']
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function countRequests(server: Server): void {
  const [method, route] = ['method', 'route'] as const
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests by method, route and status.',
    labelNames: [method, route, 'status'],
  })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time until the answer was sent, by method and route.',
    labelNames: [method, route],
    buckets: BUCKETS,
  })
  server.on('request', (req: Request, res: Response) => {
    const stop = durations.startTimer()
    res.once('close', () => {
      const labels = {
        method: METHODS.includes(req.method) ? req.method : 'other',
        // Files and unknown paths have none.
        route: req.route?.path ?? 'other',
      }
      stop(labels)
      requests.inc({ ...labels, status: res.writableFinished ? res.statusCode : 'aborted' })
    })
  })
}

function countPublished(channel: Channel, name: string, help: string, label: string): void {
  const counter = new Counter({ name, help, labelNames: [label] })
  channel.subscribe((word) => counter.inc({ [label]: String(word) }))
}

function countThefts({ auth }: Services): void {
  const help = 'Copied remember cookies that were noticed.'
  const thefts = new Counter({ name: 'remember_thefts_total', help })
  auth.events.on('rememberStolen', () => thefts.inc())
}

function countDatabaseErrors(): void {
  const help = 'Failures in the log for which the database was away, full or refused to write.'
  const errors = new Counter({ name: 'database_errors_total', help })
  LOGGED_ERRORS.subscribe((error) => {
    if (isDatabaseOutage(error)) errors.inc()
  })
}

function watchHashQueue({ hashQueue }: Services): void {
  new Gauge({
    name: 'hash_queue',
    help: 'Passwords that are being hashed or wait for it.',
    labelNames: ['state'],
    collect() {
      this.set({ state: 'running' }, hashQueue.load.working)
      this.set({ state: 'waiting' }, hashQueue.load.waiting)
    },
  })
}

// The same for every process.
function watchOutbox({ database }: Services): void {
  new Gauge({
    name: 'outbox',
    help: 'Emails and jobs that wait for their first attempt, or have failed and wait for another.',
    labelNames: ['state'],
    aggregator: 'max',
    async collect() {
      const late = setTimeout(seconds(1), null, { ref: false })
      const counts = await Promise.race([countUnsent(database).catch(() => null), late])
      this.reset()
      if (counts) this.set({ state: 'waiting' }, counts.waiting)
      if (counts) this.set({ state: 'failed' }, counts.failed)
    },
  })
}
